"""What can be computed about a person: a figure over touchpoints, or a score against everybody."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from profiles.segments.rules.selections import Selection
from profiles.segments.rules.traits import Path
from profiles.segments.rules.tree import InvalidRule, describe_errors
from profiles.segments.rules.wording import label

ValueType = Literal["number", "text", "date", "list"]
OCCURRED_AT = "occurred_at"
# Longer lists serve nobody, and a value must stay small enough to keep for everybody.
MOST_IN_LIST = 100
# Figures that are 0, not missing, where nothing matches.
ZERO_WITHOUT_FACTS = frozenset({"count", "sum", "unique_count"})

_WORDS = {
    "sum": "sum of",
    "average": "average of",
    "minimum": "smallest",
    "maximum": "largest",
    "first": "first",
    "last": "last",
    "most_frequent": "most frequent",
    "unique_count": "number of different values of",
    "unique_list": "list of different values of",
}


class Figure(Selection):
    """One figure over the matching touchpoints of a person.

    `first` and `last` take the value of the oldest and newest touchpoint that carries the property;
    the property `occurred_at` stands for when it happened. Of equally frequent values the first in
    the alphabet counts.
    """

    kind: Literal["figure"] = "figure"
    measure: Literal[
        "count",
        "sum",
        "average",
        "minimum",
        "maximum",
        "first",
        "last",
        "most_frequent",
        "unique_count",
        "unique_list",
    ]
    property: Path | None = None

    @model_validator(mode="after")
    def _property_where_needed(self) -> "Figure":
        if self.measure == "count" and self.property is not None:
            raise ValueError("A count takes no property; filter by one under `where`.")
        if self.measure != "count" and self.property is None:
            raise ValueError(f"Name the property to take the {label(self.measure)} of.")
        if self.property == OCCURRED_AT and self.measure not in {"first", "last"}:
            raise ValueError("`occurred_at` has a first and a last; other figures take a property.")
        return self

    def words(self) -> str:
        """Say what is computed."""
        window = self.window.words()
        when = " over all time" if window == "ever" else f" {window}"
        happening = Selection.words(self)
        if self.measure == "count":
            return f"number of {happening}{when}"
        of = "time" if self.property == OCCURRED_AT else label(self.property or "")
        return f"{_WORDS[self.measure]} {of} over {happening}{when}"


class Quintile(Selection):
    """A score from 1 to 5 among everybody with such a touchpoint; the best fifth has 5.

    Equal people get equal scores: the score follows the share of people who rank lower. `all` joins
    the three digits recency, frequency, monetary: `555` is the best customer. Computed each night.
    """

    kind: Literal["quintile"] = "quintile"
    of: Literal["recency", "frequency", "monetary", "all"]

    def words(self) -> str:
        """Say what is computed."""
        window = self.window.words()
        when = " over all time" if window == "ever" else f" {window}"
        what = {
            "recency": "how recent the last one is",
            "frequency": "how many there are",
            "monetary": "their revenue",
            "all": "recency, frequency and revenue, as three digits",
        }[self.of]
        return f"score from 1 to 5 of {Selection.words(self)}{when} by {what}"


Definition: TypeAlias = Annotated[Figure | Quintile, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[Figure | Quintile] = TypeAdapter(Definition)


def value_type(definition: Figure | Quintile) -> ValueType:
    """Return the type of the value, which decides the tests that rules may ask."""
    if isinstance(definition, Quintile):
        return "text" if definition.of == "all" else "number"
    if definition.measure in {"first", "last"}:
        return "date" if definition.property == OCCURRED_AT else "text"
    if definition.measure == "unique_list":
        return "list"
    return "text" if definition.measure == "most_frequent" else "number"


def is_zero_without_facts(definition: Figure | Quintile) -> bool:
    """Tell whether people without a matching touchpoint have the value 0, not none."""
    return isinstance(definition, Figure) and definition.measure in ZERO_WITHOUT_FACTS


def parse_definition(document: Any) -> Figure | Quintile:
    """Read a definition; raises `InvalidRule` with all errors at once."""
    try:
        return _ADAPTER.validate_python(document)
    except ValidationError as error:
        raise InvalidRule(describe_errors(document, error)) from None
