"""Everything the advisor can want, as Qt signals; the window itself does none of it."""

from PySide6.QtCore import QObject, Signal


class Intents(QObject):
    """What the window sends out. The desk does it and hands back a newer view.

    Signals:
        approve: Sign a proposal as it was shown. args: proposal id.
        approve_many: Sign several, reviewed on one sheet. args: tuple of proposal ids.
        approve_noted: Sign with the client's consent. args: proposal id, how it was given.
        approve_anyway: Sign although it got worse. args: proposal id.
        stage: Park it. args: proposal id.
        reject: Say no. args: proposal id, reason.
        defer: Ask again later. args: proposal id, minutes.
        withdraw: Take back an approval. args: proposal id.
        edit: Change it. args: proposal id, shares (Decimal), limit in dollars (Decimal).
        price: Price an edit without keeping it. args as for ``edit``.
        household_chosen: Show another household. args: household id.
        lot_chosen: The selection moved. args: lot id.
        limit_edited: Set a limit. args: constraint id, limit (Decimal), hard.
        limit_added: A new row. args: rule name, scope id, limit (Decimal).
        limit_removed: args: constraint id.
        lever_moved: A slider of F5 rests at a value. args: key, value.
        law_chosen: A law scenario of F5. args: its name.
        scenario_saved: Keep the sliders under a name. args: name.
        scenario_applied: Make the limits of a scenario the household's. args: scenario id.
        scenario_removed: args: scenario id.
        whatif_asked: Open What-if from a proposal. args: proposal id.
        undo: On What-if or Constraints. args: screen name.
        redo: args: screen name.
        export_orders: Write the order file. args: folder.
        import_files: Read files on trial. args: tuple of paths.
        import_account: The account that the files on trial belong to. args: account id, "" as told.
        import_mapped: Read a file on trial by a format with headings of its own. args: file name,
            format, dict of field to heading.
        import_accepted: Take the files that were read into the book.
        report: Make the Efficiency Report.
        save_report: Write it. args: folder.
        verify: Compute the audit chain again.
        why: Show the record behind a line of the log. args: seq of the line.
        pause: args: whether the engine stands still.
        set_active: Ask for ACTIVE (True) or SHADOW (False).
        gap_chosen: Show the household's details, to mend a gap. args: what is missing.
        household_new: Show a text to describe a new household.
        book_new: Make an empty book and open it. args: path.
        book_opened: Open another book in a window of its own. args: path.
        details_saved: Store what the household says of itself. args: the edited text.
        solve: Find the best plan under the limits and their prices.
        settings_changed: args: dict of the practice's choices, in the engine's units.
        cancel_job: args: job id.
        unlock: Sign in again. args: passphrase.
        sign_in: Sign in as another user. args: user id, passphrase.
        passphrase_changed: Of whoever is signed in. args: old, new.
        closing: The window is being closed.
    """

    approve = Signal(str)
    approve_many = Signal(tuple)
    approve_noted = Signal(str, str)
    approve_anyway = Signal(str)
    stage = Signal(str)
    reject = Signal(str, str)
    defer = Signal(str, int)
    withdraw = Signal(str)
    edit = Signal(str, object, object)
    price = Signal(str, object, object)
    household_chosen = Signal(str)
    lot_chosen = Signal(str)
    limit_edited = Signal(str, object, bool)
    limit_added = Signal(str, str, object)
    limit_removed = Signal(str)
    lever_moved = Signal(str, float)
    law_chosen = Signal(str)
    scenario_saved = Signal(str)
    scenario_applied = Signal(str)
    scenario_removed = Signal(str)
    whatif_asked = Signal(str)
    undo = Signal(str)
    redo = Signal(str)
    export_orders = Signal(str)
    import_files = Signal(tuple)
    import_account = Signal(str)
    import_mapped = Signal(str, str, dict)
    import_accepted = Signal()
    report = Signal()
    save_report = Signal(str)
    verify = Signal()
    why = Signal(int)
    pause = Signal(bool)
    set_active = Signal(bool)
    gap_chosen = Signal(str)
    household_new = Signal()
    book_new = Signal(str)
    book_opened = Signal(str)
    details_saved = Signal(str)
    solve = Signal()
    settings_changed = Signal(dict)
    cancel_job = Signal(str)
    unlock = Signal(str)
    sign_in = Signal(str, str)
    passphrase_changed = Signal(str, str)
    closing = Signal()
