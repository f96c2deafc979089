"""Errors of the engine. Each writes its own message from the facts.

Three kinds of trouble exist in Lotlight (ARCHITECTURE.md): a ``Problem`` is a value and lives in
``engine.results``; a ``UserError`` says what to do; everything else is a bug.
"""


class UserError(Exception):
    """Trouble that the person at the screen can mend; the message says how."""


class EngineError(UserError):
    """The engine refuses an input, by name."""


class InputError(EngineError):
    """A field of an input holds a value that the engine will not guess around."""

    def __init__(self, field: str, value: object, remedy: str) -> None:
        """Say which field, what was read, and what to do."""
        self.field, self.value, self.remedy = field, value, remedy
        super().__init__(f"{field}: read {value!r}; {remedy}")


class OverdrawnLotError(EngineError):
    """A sale asks for more shares than the lot holds."""

    def __init__(self, lot_id: str, held: object, asked: object) -> None:
        """Say which lot, what it holds, what was asked."""
        super().__init__(f"lot {lot_id} holds {held} shares, {asked} were asked for")
