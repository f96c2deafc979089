"""The Efficiency Report and its kin: numbers from the book alone."""
