"""The command line: which command lives where, and how trouble leaves the program.

Commands are loaded when they are called, so that ``lotlight --version`` imports neither Qt nor
numba, cvxpy or pandas. Data goes to stdout, messages to stderr; exit codes are a contract:
0 ok, 1 failure, 2 usage, 3 problems in the input, 4 the book is locked, 5 integrity failure.
"""

import importlib
import sys
from importlib.metadata import version

import click

from app.commands.output import report_trouble

# name: (module, attribute, one line of help)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "gui": ("app.commands.gui", "gui", "open the workstation"),
    "demo": (
        "app.commands.demo",
        "demo",
        "the demo book on a replayed tape, with or without a window",
    ),
    "evaluate": (
        "app.commands.evaluate",
        "evaluate",
        "forecasts, alpha and proposals of a book, with reasons",
    ),
    "orders": (
        "app.commands.orders",
        "orders",
        "the blotter: stage, approve, reject, export, reconcile",
    ),
    "import": ("app.commands.imports", "import_", "read a custodian's file into a book"),
    "context": (
        "app.commands.context",
        "context",
        "household, profile, accounts and limits as TOML; the audit of gaps",
    ),
    "actions": (
        "app.commands.actions",
        "actions",
        "corporate actions: recorded, listed, booked on the lots",
    ),
    "constraints": (
        "app.commands.constraints",
        "constraints",
        "the constraint matrix of a household",
    ),
    "whatif": ("app.commands.whatif", "whatif", "before and after of a change; nothing is stored"),
    "tax": ("app.commands.tax", "tax", "tax bills of households"),
    "wash-sales": (
        "app.commands.wash_sales",
        "wash_sales",
        "wash-sale findings of a trade history",
    ),
    "lots": (
        "app.commands.lots",
        "lots",
        "lots of a position, and the lot methods side by side with their tax",
    ),
    "forecast": (
        "app.commands.forecast",
        "forecast",
        "touch probabilities: one, or scored on real bars",
    ),
    "simulate": ("app.commands.simulate", "simulate", "a harvest policy on simulated paths"),
    "optimize": ("app.commands.optimize", "optimize", "one optimisation problem"),
    "backtest": ("app.commands.backtest", "backtest", "policies side by side on a price history"),
    "shadow": (
        "app.commands.shadow",
        "shadow",
        "engine and baselines side by side on a tape, and the gate to ACTIVE",
    ),
    "report": (
        "app.commands.report",
        "report",
        "reports from the book alone, and their verification",
    ),
    "practice": ("app.commands.practice", "practice", "every household of a book"),
    "book": (
        "app.commands.book",
        "book",
        "create, inspect, verify, back up, encrypt, export a book",
    ),
    "bench": ("app.commands.bench", "bench", "measured speed beside peers"),
    "doctor": ("app.commands.doctor", "doctor", "what is installed and whether it is sound"),
}


class LazyGroup(click.Group):
    """A click group that imports a command's module only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row[2]) for name, row in COMMANDS.items()])


@click.group(cls=LazyGroup, invoke_without_command=True)
@click.version_option(version("lotlight"), prog_name="lotlight")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Predictive tax-loss harvesting over a local book. Without a command: the workstation."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(cli.get_command(ctx, "gui") or click.Command("gui"))


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        result = cli.main(args=words, prog_name="lotlight", standalone_mode=False)
    except Exception as error:  # the one catch at the top
        return report_trouble(error, as_json="--json" in words)
    return result if isinstance(result, int) else 0
