"""One module for each command of `lotlight`; app.cli loads them when they are called."""
