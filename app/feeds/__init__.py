"""Quotes in: every source keeps the one contract of app.feeds.contract."""
