"""Executable specs: given a person, when this happens, then that is expected. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from campaigns.journeys.rules.simulation import say_span

_UNITS: Final = {
    "s": 1, "second": 1, "seconds": 1, "min": 60, "minute": 60, "minutes": 60,
    "h": 3_600, "hour": 3_600, "hours": 3_600, "d": 86_400, "day": 86_400, "days": 86_400,
}  # fmt: skip
# The engine moves people at ticks; a spec does not fail by one.
_TOLERANCE: Final = timedelta(minutes=1)
_EXAMPLE_WHEN: Final = "after 3 h Order Completed total=50"
_EXAMPLE_THEN: Final = "sent mail by 2 h"


class Unreadable(ValueError):
    """A line that cannot be read; the text names it and shows a right one."""


class Happens(BaseModel):
    """An event so many seconds after entering."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: int = Field(ge=0, le=366 * 86_400)
    event: str = Field(min_length=1, max_length=200)
    properties: dict[str, Any] = Field(default_factory=dict)


class Expected(BaseModel):
    """One expectation: of a message step, of a step that is passed, or of the end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: Literal["sent", "not_sent", "passes", "not_passes", "ends"]
    name: str = Field(min_length=1, max_length=64)
    by: int | None = Field(default=None, ge=0, le=366 * 86_400)


class Given(BaseModel):
    """Who enters and what happens. `choices` says it at steps that ask, such as “opened”."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    traits: dict[str, Any] = Field(default_factory=dict)
    time_zone: str = Field(default="UTC", max_length=64)
    channels: list[str] = Field(default_factory=list, max_length=20)
    segments: list[str] = Field(default_factory=list, max_length=20)
    entering: dict[str, Any] = Field(default_factory=dict)
    when: list[Happens] = Field(default_factory=list, max_length=50)
    choices: dict[str, str] = Field(default_factory=dict)


class SpecDocument(Given):
    """All of a spec: who enters, what happens, and what is expected then."""

    then: list[Expected] = Field(min_length=1, max_length=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a run did: when each message step sent, which steps were passed, how it ended."""

    sent: Mapping[str, timedelta]
    held_back: Mapping[str, str]
    passed: frozenset[str]
    end: str


def compare(expected: Sequence[Expected], course: Course) -> list[str]:
    """Return what differs from the expectations, each in a sentence."""
    return [told for each in expected if (told := _difference(each, course))]


def _difference(each: Expected, course: Course) -> str:
    if each.what == "ends":
        is_met = each.name == course.end
        return "" if is_met else f"Expected the end “{each.name}”, but it was “{course.end}”."
    if each.what == "passes":
        return "" if each.name in course.passed else f"Expected to pass “{each.name}”, but did not."
    if each.what == "not_passes":
        return f"Expected not to pass “{each.name}”, but did." if each.name in course.passed else ""
    at = course.sent.get(each.name)
    limit = None if each.by is None else timedelta(seconds=each.by)
    until = f" by {say_span(limit)}" if limit is not None else ""
    in_time = at is not None and (limit is None or at <= limit + _TOLERANCE)
    if each.what == "not_sent":
        return f"Expected “{each.name}” not to be sent{until}, but it was." if in_time else ""
    if in_time:
        return ""
    reason = course.held_back.get(each.name)
    but = f"it was sent after {say_span(at)}" if at is not None else "it was not"
    return f"Expected “{each.name}” to be sent{until}, but {but}{f' ({reason})' if reason else ''}."


def read_when(text: str) -> list[Happens]:
    """Return the events that lines name, such as `after 3 h Order Completed total=50`."""
    return [_read_event(line) for line in filter(None, map(str.strip, text.splitlines()))]


def read_then(text: str) -> list[Expected]:
    """Return the expectations that lines name.

    `sent mail by 2 h`, `not sent push`, `passes ask`, `not passes ask`, `ends goal_reached`.
    """
    return [_read_expected(line) for line in filter(None, map(str.strip, text.splitlines()))]


def _read_event(line: str) -> Happens:
    words = line.split()
    if len(words) < 4 or words[0] != "after":
        raise Unreadable(f"“{line}” cannot be read. Write for example: {_EXAMPLE_WHEN}")
    names = [word for word in words[3:] if "=" not in word]
    properties: dict[str, Any] = {}
    for word in words[3:]:
        name, sign, value = word.partition("=")
        if sign:
            properties[name] = _number(value)
    if not names:
        raise Unreadable(f"“{line}” names no event. Write for example: {_EXAMPLE_WHEN}")
    return Happens(
        after=_seconds(words[1], words[2], line, _EXAMPLE_WHEN), event=" ".join(names),
        properties=properties,
    )  # fmt: skip


def _number(text: str) -> Any:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _seconds(amount: str, unit: str, line: str, example: str) -> int:
    if not amount.isdigit() or unit not in _UNITS:
        raise Unreadable(f"“{line}” has no length of time. Write for example: {example}")
    return int(amount) * _UNITS[unit]


def _read_expected(line: str) -> Expected:
    words = line.split()
    negative = words[0] == "not"
    verb = words[1] if negative and len(words) > 1 else words[0]
    rest = words[2:] if negative else words[1:]
    is_known = verb in {"sent", "passes"} or (verb == "ends" and not negative)
    is_timed = len(rest) == 4 and rest[1] == "by" and verb == "sent"
    if not is_known or not (len(rest) == 1 or is_timed):
        raise Unreadable(f"“{line}” cannot be read. Write for example: {_EXAMPLE_THEN}")
    by = _seconds(rest[2], rest[3], line, _EXAMPLE_THEN) if is_timed else None
    what: Any = f"not_{verb}" if negative else verb
    return Expected(what=what, name=rest[0], by=by)


def write_when(when: Sequence[Happens]) -> str:
    """Return the lines of some events; `read_when` gives the same back."""
    return "\n".join(
        " ".join(
            [f"after {_span(each.after)} {each.event}"]
            + [f"{name}={value}" for name, value in each.properties.items()]
        )
        for each in when
    )


def write_then(then: Sequence[Expected]) -> str:
    """Return the lines of some expectations; `read_then` gives the same back."""
    return "\n".join(
        each.what.replace("_", " ")
        + f" {each.name}"
        + (f" by {_span(each.by)}" if each.by is not None else "")
        for each in then
    )


def _span(seconds: int) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
