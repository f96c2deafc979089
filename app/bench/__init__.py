"""Measured speed: each module is one group of `lotlight bench` and offers ``rows()``."""
