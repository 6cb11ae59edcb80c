"""Conditions on properties as staff type them, one to a line: `total at least 50`."""

import json
from typing import Any, Final

_WORDS: Final = {
    "equals": "is",
    "not_equals": "is not",
    "at_least": "at least",
    "at_most": "at most",
    "more_than": "more than",
    "less_than": "less than",
    "contains": "contains",
    "exists": "exists",
}


class Unreadable(ValueError):
    """A line that cannot be read; the text names it and shows a right one."""


def write_conditions(matches: list[dict[str, Any]]) -> str:
    """Return the lines of some conditions; `read_conditions` gives the same ones back."""
    return "\n".join(_line(match) for match in matches)


def read_conditions(text: str) -> list[dict[str, Any]]:
    """Return the conditions that the lines say.

    Raises:
        Unreadable: a line has no comparison, or no value.
    """
    return [_read(line.strip()) for line in text.splitlines() if line.strip()]


def _line(match: dict[str, Any]) -> str:
    word = _WORDS[match["is"]]
    if match["is"] == "exists":
        return f"{match['property']} {word}"
    value = match.get("value")
    return f"{match['property']} {word} {_written(value)}"


def _written(value: Any) -> str:
    """Write text plainly unless it would be read as something else."""
    is_plain = (
        isinstance(value, str)
        and value == value.strip() != ""
        and value.isprintable()
        and not value.startswith('"')
        and value.split()[0] != "not"
        and _value(value) == value
    )
    return str(value) if is_plain else json.dumps(value)


def _read(line: str) -> dict[str, Any]:
    padded = f"{line} "
    places = [(padded.find(f" {word} "), -len(word), name) for name, word in _WORDS.items()]
    found = [place for place in places if place[0] > 0]
    if not found:
        raise Unreadable(f"“{line}” has no comparison. Write for example: total at least 50")
    # The first comparison counts, and of two at the same place the longer: “is not”, not “is”.
    at, negative_length, operator = min(found)
    before, after = padded[:at].strip(), padded[at - negative_length + 1 :].strip()
    if operator == "exists":
        return {"property": before, "is": operator}
    if not after:
        raise Unreadable(f"“{line}” compares with nothing. Write for example: total at least 50")
    return {"property": before, "is": operator, "value": _value(after)}


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, list | dict) else value
