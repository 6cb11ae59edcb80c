"""Whole numbers that an address or a form names."""


def read_number(text: str, *, most_digits: int = 18) -> int | None:
    """Return the number that a text is, or `None`; 18 digits are as many as a bigint holds."""
    is_number = text.isascii() and text.isdigit() and len(text) <= most_digits
    return int(text) if is_number else None
