"""What each screen is handed, made from evaluations and the book. No Qt."""
