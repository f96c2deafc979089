"""Prices outside the book: columnar, rebuildable."""
