"""The sheets of a decision: reject with a reason, defer, edit, batch review, it got worse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget

from engine.results import Proposal
from widgets import text
from widgets.intents import Intents
from widgets.parts import button, label, row, set_text, set_tone
from widgets.proposals import impact_text
from widgets.sheet import Sheet
from widgets.views import DeskView, Impact

REASONS = (
    "The client asked not to",
    "I expect a better price",
    "Do not want the substitute",
    "Too small to bother the client",
    "A trade elsewhere is coming",
    "I do not believe the forecast",
)
"""Keys 1 to 6; they feed the scoreboard."""
MINUTES = (15, 30, 60)


class ChoiceSheet(Sheet):
    """A question with numbered answers; a number answers at once."""

    def __init__(
        self, parent: QWidget, title: str, answers: Sequence[str], take: Callable[[int], object]
    ) -> None:
        super().__init__(parent, title, 420)
        self._take = take
        for at, answer in enumerate(answers):
            made = button(f"{at + 1}   {answer}", partial(self.answer, at))
            made.setStyleSheet("text-align: left;")
            self.box.addWidget(made)
            key = QShortcut(QKeySequence(str(at + 1)), self)
            key.activated.connect(partial(self.answer, at))
        self.buttons(cancel="Cancel")

    def answer(self, at: int) -> None:
        """Take an answer and close."""
        self.accept()
        self._take(at)


def reject_sheet(parent: QWidget, take: Callable[[str], object]) -> ChoiceSheet:
    """Why not? The reason goes on record."""
    return ChoiceSheet(parent, "Reject: why?", REASONS, lambda at: take(REASONS[at]))


def defer_sheet(parent: QWidget, take: Callable[[int], object]) -> ChoiceSheet:
    """When to ask again."""
    answers = [f"in {minutes} minutes" for minutes in MINUTES]
    return ChoiceSheet(parent, "Ask again", answers, lambda at: take(MINUTES[at]))


def positive(typed: str) -> Decimal | None:
    """A figure above zero, or ``None``."""
    try:
        value = Decimal(typed.replace(",", "").replace("$", "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and value > 0 else None


class EditSheet(Sheet):
    """Shares and limit of a proposal; the desk prices each change again at once."""

    def __init__(self, parent: QWidget, proposal: Proposal, intents: Intents) -> None:
        super().__init__(parent, "Edit quantity and limit", 460)
        self._proposal, self._intents = proposal, intents
        self.most = sum((s.shares for s in proposal.sales), Decimal(0))
        self.shares = QLineEdit(f"{self.most.normalize():f}")
        self.limit = QLineEdit(f"{proposal.limit_usd:.2f}")
        self.shares.setAccessibleName("Shares")
        self.limit.setAccessibleName("Limit price, $")
        for name, field in (("Shares", self.shares), ("Limit price, $", self.limit)):
            self.box.addWidget(row(label(name, "muted"), None, field))
            field.textChanged.connect(self._changed)
        self.told = self.words(f"The lots hold {text.shares(self.most)} shares.", "muted")
        self.buttons(("Keep", self._keep), cancel="Cancel")

    @property
    def proposal_id(self) -> str:
        """The proposal that is edited."""
        return self._proposal.proposal_id

    def _typed(self) -> tuple[Decimal, Decimal] | None:
        """Both figures when they make sense."""
        shares, limit = positive(self.shares.text()), positive(self.limit.text())
        if shares is None or limit is None or shares > self.most:
            return None
        return shares, limit

    def _changed(self) -> None:
        """Ask for a price of the edit, or say what is wrong with it."""
        typed = self._typed()
        if typed is None:
            set_text(
                self.told, f"Shares: above 0, at most {text.shares(self.most)}. Limit above 0."
            )
            set_tone(self.told, "loss")
            return
        set_text(self.told, "Pricing …")
        set_tone(self.told, "muted")
        self._intents.price.emit(self._proposal.proposal_id, *typed)

    def show_impact(self, impact: Impact) -> None:
        """The desk's answer."""
        set_text(self.told, impact_text(impact))

    def _keep(self) -> None:
        if typed := self._typed():
            self._intents.edit.emit(self._proposal.proposal_id, *typed)


class BatchSheet(Sheet):
    """All marked proposals on one sheet: totals first, then each, then one signature."""

    def __init__(
        self,
        parent: QWidget,
        view: DeskView,
        chosen: Sequence[Proposal],
        sign: Callable[[], object],
    ) -> None:
        super().__init__(parent, f"Approve {text.plural(len(chosen), 'proposal')}", 620)
        impacts = [view.impacts[p.proposal_id] for p in chosen if p.proposal_id in view.impacts]
        blocked = {b.lot_id for b in view.evaluation.blocks if b.kind == "do_not_sell_at_loss"}
        washed = [p for p in chosen if any(s.lot_id in blocked for s in p.sales)]
        tax = sum((i.tax_usd for i in impacts), Decimal(0))
        cost = sum((p.alpha.cost_usd for p in chosen), Decimal(0))
        net = sum((p.alpha.net_usd for p in chosen), Decimal(0))
        drift = sum(i.tracking_error for i in impacts)
        checks = f"{len(washed)} blocked" if washed else "all clear"
        self.facts(
            [
                ("Net alpha", text.signed_money(net), "gain" if net > 0 else "loss"),
                ("Projected tax, one by one", text.signed_money(tax), ""),
                ("Cost", text.money(cost), ""),
                ("Tracking error, one by one", f"{text.signed(drift * 100, 2) or '0'}%", ""),
                ("Wash-sale checks", checks, "loss" if washed else "gain"),
            ]
        )
        lines = []
        for proposal in chosen[:14]:
            names = ", ".join(view.securities[s.security_id].symbol for s in proposal.sales)
            alpha = text.signed_money(proposal.alpha.net_usd)
            lines.append((f"Sell {names}", f"{alpha} at {text.money(proposal.limit_usd, 2)}", ""))
        self.facts(lines)
        self.words(
            "Each is priced again before it is signed; one that got worse is left out.", "muted"
        )
        self.buttons((f"Approve {len(chosen)}", sign), cancel="Cancel")


class WorseSheet(Sheet):
    """The price of a proposal moved against it by more than its band between look and click."""

    def __init__(
        self, parent: QWidget, shown: Proposal, now_usd: Decimal, anyway: Callable[[], object]
    ) -> None:
        super().__init__(parent, "It got worse", 480)
        then = shown.alpha.net_usd
        self.words(
            "Nothing was signed. Since you looked, the value has moved by more than its band."
        )
        low, high = text.money(shown.alpha_low_usd), text.money(shown.alpha_high_usd)
        self.facts(
            [
                ("Net alpha you saw", text.signed_money(then), ""),
                ("Its 95% band", f"{low} to {high}", "muted"),
                ("Net alpha now", text.signed_money(now_usd), "loss"),
                ("Change", text.signed_money(now_usd - then), "loss"),
            ]
        )
        self.buttons(("Approve at today's value", anyway), cancel="Leave it")


class ConsentSheet(Sheet):
    """An account that may not be traded without the client's word: how was it given?"""

    def __init__(self, parent: QWidget, accounts: str, sign: Callable[[str], object]) -> None:
        super().__init__(parent, "The client must agree", 480)
        self.words(f"{accounts}: not discretionary. The note goes on record with your signature.")
        self.note = QLineEdit()
        self.note.setPlaceholderText("By whom, how and when, as in: Sam Hale by telephone, 10:20")
        self.note.setAccessibleName("How the client agreed")
        self.box.addWidget(self.note)
        self._sign = sign
        self.buttons(("Approve with this note", self._send), cancel="Cancel")

    def _send(self) -> None:
        """Nothing is signed without a note."""
        if words := self.note.text().strip():
            self._sign(f"client agreed: {words}")
