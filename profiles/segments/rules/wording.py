"""Small words of the plain sentence that says what a rule means."""

from collections.abc import Sequence


def plural(number: int, noun: str) -> str:
    """Say a number of things: `1 day`, `30 days`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def quoted(texts: Sequence[str], joiner: str = "or") -> str:
    """Say a list of values in quotation marks: “Berlin” or “Munich”."""
    marked = [f"“{text}”" for text in texts]
    if len(marked) < 2:
        return "".join(marked)
    return f"{', '.join(marked[:-1])} {joiner} {marked[-1]}"


def label(key: str) -> str:
    """Make a trait or property key readable: `lifetime_value` becomes `lifetime value`."""
    return key.replace("_", " ").replace(".", " / ")
