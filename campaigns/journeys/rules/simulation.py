"""What is made up for a simulation: properties that meet conditions, values as lines, choices."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from campaigns.journeys.nodes.hold import Hold
from campaigns.journeys.nodes.matching import Match
from campaigns.journeys.nodes.send import Send
from campaigns.journeys.nodes.webhook import Webhook
from campaigns.journeys.rules.definition import AnyNode

NOTHING: Final = "nothing"
FAILED: Final = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What can be chosen at a step: each option with its words."""

    node: str
    options: tuple[tuple[str, str], ...]


def question_at(node: AnyNode) -> Question | None:
    """Return what a person, a provider or a server may do at a step, or `None`."""
    if isinstance(node, Hold):
        options = [(branch.name, f"“{branch.event}” happens") for branch in node.branches]
        return Question(
            node=node.id, options=((NOTHING, "Nothing until the time is over"), *options)
        )
    if isinstance(node, Send):
        asked = [name for name in ("opened", "clicked") if getattr(node, name)]
        options = [(name, f"The message is {name}") for name in asked]
        first = (NOTHING, "The message is sent, nothing comes back")
        return Question(
            node=node.id, options=(first, *options, (FAILED, "The provider refuses the message"))
        )
    if isinstance(node, Webhook):
        return Question(
            node=node.id,
            options=(
                (NOTHING, "The server answers with nothing to keep"),
                (FAILED, "The server fails"),
            ),
        )
    return None


def properties_for(matches: Sequence[Match]) -> dict[str, Any]:
    """Return properties of an event that meet conditions, one after the other."""
    found: dict[str, Any] = {}
    for match in matches:
        put_property(found, match.property, _value(match))
    return found


def put_property(properties: dict[str, Any], path: str, value: Any) -> None:
    """Set one property by its path, such as `cart.total`."""
    *outer, last = path.split(".")
    place = properties
    for name in outer:
        inner = place.setdefault(name, {})
        if not isinstance(inner, dict):
            inner = place[name] = {}
        place = inner
    place[last] = value


def _value(match: Match) -> Any:
    value = match.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if match.is_ == "exists":
        return value if value is not None else True
    if match.is_ == "not_equals":
        return value + 1 if is_number else f"not {value}"  # type: ignore[operator]
    if match.is_ == "more_than" and is_number:
        return value + 1  # type: ignore[operator]
    if match.is_ == "less_than" and is_number:
        return value - 1  # type: ignore[operator]
    return value


class UnreadableLine(ValueError):
    """A line that cannot be read; the text names it and shows a right one."""


def read_values(text: str, *, example: str) -> dict[str, Any]:
    """Return names and values written one to a line, such as `first_name = Ada`.

    Raises:
        UnreadableLine: a line has no name or no value.
    """
    values: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, sign, written = (part.strip() for part in line.partition("="))
        if not (name and sign and written):
            raise UnreadableLine(f"“{line}” has no name or no value. Write for example: {example}")
        put_property(values, name, read_value(written))
    return values


def read_value(written: str) -> Any:
    """Return a number, a yes or no, or the text itself."""
    try:
        value = json.loads(written)
    except ValueError:
        return written
    return value if isinstance(value, bool | int | float | str) else written


def say_span(span: timedelta) -> str:
    """Return a length of time in at most two units, such as `2 d 3 h`."""
    seconds = int(span.total_seconds())
    parts = [
        (seconds // 86_400, "d"),
        (seconds % 86_400 // 3_600, "h"),
        (seconds % 3_600 // 60, "min"),
        (seconds % 60, "s"),
    ]
    told = [f"{amount} {unit}" for amount, unit in parts if amount]
    return " ".join(told[:2]) or "0 s"
