"""The SQLite file with the practice: SQL is spoken here alone. ``app.book.book.Book`` is the door."""
