"""What prices may do."""
