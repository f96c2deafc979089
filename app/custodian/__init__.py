"""Custodian files both ways."""
