"""The form of a computed trait: it holds the whole definition, every step is one POST."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from profiles.computed.rules.definition import Figure, Quintile
from profiles.computed.services.defining import DefinitionRefused, TraitDraft, read_definition
from profiles.segments.forms.reading import FormReader
from profiles.segments.forms.showing import NodeShown, show_selection

MEASURES = [
    ("count", "Number of times"),
    ("sum", "Sum of a property"),
    ("average", "Average of a property"),
    ("minimum", "Smallest value of a property"),
    ("maximum", "Largest value of a property"),
    ("first", "First value of a property"),
    ("last", "Last value of a property"),
    ("most_frequent", "Most frequent value of a property"),
    ("unique_count", "Number of different values"),
    ("unique_list", "List of different values"),
    ("score:recency", "Score 1 to 5 by recency"),
    ("score:frequency", "Score 1 to 5 by frequency"),
    ("score:monetary", "Score 1 to 5 by revenue"),
    ("score:all", "RFM score of three digits"),
]
START = {
    "kind": "figure",
    "measure": "count",
    "event": "",
    "where": [],
    "window": {"kind": "ever"},
}
_PLACE = "of"
_EMPTY_FILTER = {"property": "", "test": {"type": "text", "operator": "is", "values": []}}


@dataclass(slots=True, kw_only=True)
class TraitForm:
    """What was submitted, the definition if it can be used, and what is wrong."""

    name: str
    slug: str
    description: str
    document: dict[str, Any]
    definition: Figure | Quintile | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def measure(self) -> str:
        """The choice of the measure."""
        of = self.document.get("of")
        return f"score:{of}" if of else str(self.document.get("measure", "count"))

    @property
    def needs_property(self) -> bool:
        """Whether the measure is taken of a property."""
        return self.measure != "count" and not self.measure.startswith("score:")

    @property
    def selection(self) -> NodeShown:
        """Event, filters and window as the templates draw them."""
        return show_selection(self.document, _PLACE)

    def draft(self) -> TraitDraft:
        """Return what the services take."""
        return TraitDraft(
            name=self.name,
            slug=self.slug,
            description=self.description,
            definition=self.document,
        )


def read_form(fields: Mapping[str, str]) -> TraitForm:
    """Read a submitted form, apply its step, and check the definition."""
    measure = fields.get("measure", "count")
    document = FormReader(fields).selection_at(_PLACE)
    if measure.startswith("score:"):
        document |= {"kind": "quintile", "of": measure.removeprefix("score:")}
    else:
        document |= {"kind": "figure", "measure": measure}
        name = fields.get("property", "").strip()
        if measure != "count" and name:
            document["property"] = name
    if fields.get("step") == "filter":
        document["where"].append(_EMPTY_FILTER)
    return check_form(
        TraitForm(
            name=fields.get("name", "").strip()[:200],
            slug=fields.get("slug", "").strip()[:60],
            description=fields.get("description", "").strip()[:1_000],
            document=document,
        )
    )


def check_form(form: TraitForm) -> TraitForm:
    """Read the definition of a form; its errors stay with it instead of being raised."""
    try:
        form.definition = read_definition(form.document)
    except DefinitionRefused as refused:
        form.errors = [f"{_place(path)}: {message}" for path, message in refused.errors]
    return form


def _place(path: str) -> str:
    return "definition" if path == "root" else path.replace(".", " ").replace("_", " ")
