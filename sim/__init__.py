"""Refund desk: a simulator of the refund work of an online shop."""
