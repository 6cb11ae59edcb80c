"""Uploads, their work in batches, Singer taps, and pulls from databases."""
