"""The SQLite file with the practice: SQL is spoken here alone."""
