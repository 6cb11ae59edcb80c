"""Tests of one value: text, number, date, yes or no, list, present or missing.

The same tests serve traits, touchpoint properties, fields of other apps and aggregates. A negative
test (`is_not`, `none_of`) is the opposite of its positive twin, so it also holds where the value
is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, PlainSerializer, StringConstraints, model_validator

from profiles.segments.rules.calendar import next_anniversary, start_of_day
from profiles.segments.rules.values import (
    Value,
    boolean_of,
    moment_of,
    number_of,
    text_of,
    texts_of,
)
from profiles.segments.rules.windows import Moment, Part, Span
from profiles.segments.rules.wording import quoted

Text = Annotated[str, StringConstraints(max_length=1_000, pattern=r"^[^\x00]*$")]
Texts = Annotated[list[Text], Field(min_length=1, max_length=1_000)]
Number = Annotated[
    Decimal,
    Field(max_digits=24, decimal_places=10, allow_inf_nan=False),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """Whether a value passes a test, and when that changes by time alone."""

    holds: bool
    changes_at: datetime | None = None


class TextTest(Part):
    """Compare a text exactly; upper and lower case differ."""

    type: Literal["text"] = "text"
    operator: Literal[
        "is", "is_not", "contains", "not_contains", "starts_with", "ends_with", "not_starts_with"
    ]
    values: Texts

    @property
    def negative(self) -> bool:
        """Whether the operator is the opposite of another one."""
        return self.operator in {"is_not", "not_contains", "not_starts_with"}

    def check(self, value: Value, now: datetime) -> Passed:
        """Tell whether the value passes."""
        text = text_of(value)
        compare = _TEXT[self.operator.removeprefix("not_").removesuffix("_not")]
        found = text is not None and any(compare(text, wanted) for wanted in self.values)
        return Passed(holds=found is not self.negative)

    def words(self) -> str:
        """Say the test."""
        verb = {
            "is": "is one of" if len(self.values) > 1 else "is",
            "is_not": "is none of" if len(self.values) > 1 else "is not",
            "not_contains": "does not contain",
            "not_starts_with": "does not start with",
        }.get(self.operator, self.operator.replace("_", " "))
        return f"{verb} {quoted(self.values)}"


_TEXT: dict[str, Callable[[str, str], bool]] = {
    "is": str.__eq__,
    "contains": str.__contains__,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
}


class NumberTest(Part):
    """Compare a number with one value."""

    type: Literal["number"] = "number"
    operator: Literal["is", "is_not", "less_than", "at_most", "more_than", "at_least"]
    value: Number

    def check(self, value: Value, now: datetime) -> Passed:
        """Tell whether the value passes."""
        return Passed(holds=self.accepts(number_of(value)))

    def accepts(self, number: Decimal | None, *, times: int = 1) -> bool:
        """Compare a number with the wanted value `times` over (an average, without dividing)."""
        if number is None:
            return self.operator == "is_not"
        return _NUMBER[self.operator](number, self.value * times)

    def words(self) -> str:
        """Say the test."""
        return f"{_NUMBER_WORDS[self.operator]} {self.value:,f}"


_NUMBER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "is": lambda left, right: left == right,
    "is_not": lambda left, right: left != right,
    "less_than": lambda left, right: left < right,
    "at_most": lambda left, right: left <= right,
    "more_than": lambda left, right: left > right,
    "at_least": lambda left, right: left >= right,
}
_NUMBER_WORDS = {
    "is": "is",
    "is_not": "is not",
    "less_than": "is less than",
    "at_most": "is at most",
    "more_than": "is more than",
    "at_least": "is at least",
}


class NumberBetween(Part):
    """Compare a number with two bounds, both included."""

    type: Literal["number"] = "number"
    operator: Literal["between"] = "between"
    low: Number
    high: Number

    @model_validator(mode="after")
    def _in_order(self) -> "NumberBetween":
        if self.low > self.high:
            raise ValueError("The lower bound is above the upper bound.")
        return self

    def check(self, value: Value, now: datetime) -> Passed:
        """Tell whether the value passes."""
        return Passed(holds=self.accepts(number_of(value)))

    def accepts(self, number: Decimal | None, *, times: int = 1) -> bool:
        """Tell whether a number lies inside the bounds `times` over."""
        return number is not None and self.low * times <= number <= self.high * times

    def words(self) -> str:
        """Say the test."""
        return f"is between {self.low:,f} and {self.high:,f}"


class BooleanTest(Part):
    """Ask for a yes or a no; a missing value is neither."""

    type: Literal["boolean"] = "boolean"
    operator: Literal["is"] = "is"
    value: bool

    def check(self, value: Value, now: datetime) -> Passed:
        """Tell whether the value passes."""
        return Passed(holds=boolean_of(value) is self.value)

    def words(self) -> str:
        """Say the test."""
        return f"is {'yes' if self.value else 'no'}"


class ListTest(Part):
    """Compare the elements of a list with some texts."""

    type: Literal["list"] = "list"
    operator: Literal["any_of", "all_of", "none_of"]
    values: Texts

    def check(self, value: Value, now: datetime) -> Passed:
        """Tell whether the value passes."""
        elements = set(texts_of(value) or ())
        if self.operator == "all_of":
            return Passed(holds=elements.issuperset(self.values))
        return Passed(holds=elements.isdisjoint(self.values) is (self.operator == "none_of"))

    def words(self) -> str:
        """Say the test."""
        verb = {"any_of": "has any of", "all_of": "has all of", "none_of": "has none of"}
        joiner = "and" if self.operator == "all_of" else "or"
        return f"{verb[self.operator]} {quoted(self.values, joiner)}"


class PresenceTest(Part):
    """Ask whether there is a value at all; JSON null is missing."""

    type: Literal["presence"] = "presence"
    operator: Literal["present", "missing"]

    def check(self, value: Value, now: datetime) -> Passed:
        """Tell whether the value passes."""
        return Passed(holds=(value is None) is (self.operator == "missing"))

    def words(self) -> str:
        """Say the test."""
        return "is known" if self.operator == "present" else "is not known"


class DateAbsolute(Part):
    """Compare a date with a fixed one; `on` means that day in UTC."""

    type: Literal["date"] = "date"
    operator: Literal["before", "after", "on"]
    value: Moment

    def check(self, value: Value, now: datetime) -> Passed:
        """Tell whether the value passes."""
        return self.check_moment(moment_of(value), now)

    def check_moment(self, moment: datetime | None, now: datetime) -> Passed:
        """Tell whether a moment passes; `after` includes the moment itself."""
        if moment is None:
            return Passed(holds=False)
        if self.operator == "on":
            return Passed(holds=self.day <= moment < self.day + timedelta(days=1))
        return Passed(holds=(moment < self.value) is (self.operator == "before"))

    @property
    def day(self) -> datetime:
        """Midnight of the wanted day."""
        return start_of_day(self.value.date())

    def words(self) -> str:
        """Say the test."""
        joiner = {"before": "is before", "after": "is on or after", "on": "is on"}
        return f"{joiner[self.operator]} {self.value:%Y-%m-%d}"


class DateRelative(Part):
    """Compare a date with a moment that moves with the clock."""

    type: Literal["date"] = "date"
    operator: Literal["in_last", "in_next", "more_than_ago", "more_than_ahead"]
    span: Span

    def check(self, value: Value, now: datetime) -> Passed:
        """Tell whether the value passes."""
        return self.check_moment(moment_of(value), now)

    def check_moment(self, moment: datetime | None, now: datetime) -> Passed:
        """Tell whether a moment passes, and when the passing clock changes that."""
        if moment is None:
            return Passed(holds=False)
        start, end = self.turns(moment)
        holds = (start is None or start <= now) and (end is None or now < end)
        coming = [turn for turn in (start, end) if turn is not None and turn > now]
        return Passed(holds=holds, changes_at=min(coming, default=None))

    def turns(self, moment: datetime) -> tuple[datetime | None, datetime | None]:
        """Return from when until when the test holds for a moment."""
        length = self.span.length
        return {
            "in_last": (moment, moment + length),
            "in_next": (moment - length, moment),
            "more_than_ago": (moment + length, None),
            "more_than_ahead": (None, moment - length),
        }[self.operator]

    def words(self) -> str:
        """Say the test."""
        span = self.span.words()
        return {
            "in_last": f"is in the last {span}",
            "in_next": f"is in the next {span}",
            "more_than_ago": f"is more than {span} ago",
            "more_than_ahead": f"is more than {span} ahead",
        }[self.operator]


class Anniversary(Part):
    """The day and month come round within some days; 29 February counts on 28 in other years."""

    type: Literal["date"] = "date"
    operator: Literal["anniversary"] = "anniversary"
    within_days: int = Field(ge=0, le=180)

    def check(self, value: Value, now: datetime) -> Passed:
        """Tell whether the value passes."""
        return self.check_moment(moment_of(value), now)

    def check_moment(self, moment: datetime | None, now: datetime) -> Passed:
        """Tell whether the anniversary is near, and when that changes."""
        if moment is None:
            return Passed(holds=False)
        coming: date = next_anniversary(moment.date(), now.date())
        first = start_of_day(coming - timedelta(days=self.within_days))
        if now >= first:
            return Passed(holds=True, changes_at=start_of_day(coming + timedelta(days=1)))
        return Passed(holds=False, changes_at=first)

    def words(self) -> str:
        """Say the test."""
        if self.within_days == 0:
            return "has its anniversary today"
        days = "day" if self.within_days == 1 else f"{self.within_days} days"
        return f"has its anniversary today or in the next {days}"


AnyNumberTest: TypeAlias = Annotated[NumberTest | NumberBetween, Field(discriminator="operator")]
AnyDateTest: TypeAlias = Annotated[
    DateAbsolute | DateRelative | Anniversary, Field(discriminator="operator")
]
ValueTest: TypeAlias = Annotated[
    TextTest | AnyNumberTest | AnyDateTest | BooleanTest | ListTest | PresenceTest,
    Field(discriminator="type"),
]
