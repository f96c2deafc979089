"""Columns and filters of every table, kept between runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QSettings

from widgets.grid import GridView


def keep(store: QSettings, grids: Iterable[GridView[Any]]) -> None:
    """Write down what is hidden and filtered."""
    for grid in grids:
        store.setValue(f"tables/{grid.objectName()}/hidden", "|".join(grid.hidden_headings()))
        store.setValue(f"tables/{grid.objectName()}/words", grid.words)


def restore(store: QSettings, grids: Iterable[GridView[Any]]) -> None:
    """Hide and filter as before; a heading that is no more is forgotten."""
    for grid in grids:
        hidden = str(store.value(f"tables/{grid.objectName()}/hidden", "")).split("|")
        for at, column in enumerate(grid.model_.columns):
            if column.heading in hidden:
                grid.set_column(at, False)
        if words := str(store.value(f"tables/{grid.objectName()}/words", "")):
            grid.filter(words)
