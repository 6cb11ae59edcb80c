"""Attributes set for everybody who matches a filter, set by set, and undone."""
