"""Asking for exports, making their files, and taking erased people out of them."""
