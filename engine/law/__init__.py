"""What the tax code says."""
