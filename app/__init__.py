"""What touches the world: the desk, the book, feeds, files, reports, the command line."""
