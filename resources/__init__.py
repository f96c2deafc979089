"""Data with a source: law, calendars, formats, demo, fonts, templates. No code."""
