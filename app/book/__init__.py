"""The SQLite file with the practice: SQL is spoken here alone; ``book.Book`` is its door."""
