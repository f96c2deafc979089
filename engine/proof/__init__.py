"""Whether it was worth doing."""
