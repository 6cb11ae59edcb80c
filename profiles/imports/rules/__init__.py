"""Rows of files, taps and databases: what their columns mean and what becomes of one row. Pure."""
