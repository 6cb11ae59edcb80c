"""What the forms of the side panel share: a node to fields, and fields back to a node."""

from typing import Any, Final

from django import forms

from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.conditions_text import Unreadable, read_conditions
from campaigns.journeys.rules.documents import DraftNode

UNITS: Final = ((60, "minutes"), (3_600, "hours"), (86_400, "days"))
YEAR: Final = 366 * 86_400
MOST_BRANCHES: Final = 10
EVENT_LIST: Final = {"list": "events", "autocomplete": "off"}

REDRAWING: Final = {*(f"kind_{place}" for place in range(MOST_BRANCHES)), "asks"}
"""Fields whose value decides which others there are."""


class ConditionLines(forms.CharField):
    """Conditions on properties, one to a line."""

    def __init__(self) -> None:
        super().__init__(
            label="Only if",
            required=False,
            widget=forms.Textarea(attrs={"rows": 2, "placeholder": "total at least 50"}),
            help_text="One condition to a line, on the event's properties: is, is not, at least, "
            "at most, more than, less than, contains, exists.",
        )

    def clean(self, value: Any) -> Any:
        """Read the lines."""
        try:
            return read_conditions(super().clean(value))
        except Unreadable as unreadable:
            raise forms.ValidationError(str(unreadable)) from None


class NodeForm(forms.Form):
    """Fields of one node. `fill` writes them into the node; what it does not show stays.

    `rules` are the branches whose rule has a page of its own, each with the words of its link.
    """

    def __init__(self, node: DraftNode, known: Known, posted: Any = None) -> None:
        super().__init__(posted, initial=None, auto_id="node_%s", label_suffix="")
        self.node = node
        self.rules: list[tuple[str, str]] = []
        self.build(known)
        self.fields["note"] = forms.CharField(
            label="Note", required=False, max_length=200, initial=node.get("note", ""),
            help_text="For colleagues; shown on the step.",
        )  # fmt: skip
        if self.is_bound:
            self._fill_new()

    def _fill_new(self) -> None:
        """Give fields that the browser did not show yet their first value: they came by a choice."""
        data: Any = self.data
        posted = data.copy()
        for name, field in self.fields.items():
            is_box = isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple)
            first = self.get_initial_for_field(field, name)
            if name not in posted and not is_box and first is not None:
                posted[name] = first
        self.data = posted

    def build(self, known: Known) -> None:
        """Add the fields of this node."""

    def redraw_by(self, url: str) -> None:
        """Let fields on which others depend draw the panel anew; without scripts Apply does it."""
        for name in REDRAWING & self.fields.keys():
            self.fields[name].widget.attrs |= {
                "hx-post": url, "hx-trigger": "change consume", "hx-include": "closest form",
                "hx-target": "#workspace", "hx-swap": "outerHTML",
            }  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the changed parts of the node."""
        return {}

    def fill(self) -> DraftNode:
        """Return the node as the fields say."""
        changed = {**self.node, **self.values(), "note": self.cleaned_data["note"]}
        if not changed["note"]:
            del changed["note"]
        return changed


class BranchForm(NodeForm):
    """A row for each branch of a node and an empty one; a branch without a name is dropped."""

    def build(self, known: Known) -> None:
        """Add the rows."""
        branches = self.node.get("branches") or []
        self.rows = len(branches) + (1 if len(branches) < MOST_BRANCHES else 0)
        for place in range(self.rows):
            branch = branches[place] if place < len(branches) else {}
            self.fields[f"name_{place}"] = forms.CharField(
                label=f"Branch {place + 1}", required=False, max_length=64,
                initial=branch.get("name", ""),
            )  # fmt: skip
            self.add_row(place, branch, known)

    def add_row(self, place: int, branch: dict[str, Any], known: Known) -> None:
        """Add the other fields of a row; an empty `branch` is the empty row's."""

    def read_row(self, place: int, branch: dict[str, Any]) -> dict[str, Any]:
        """Return the parts of a branch that the row's other fields say."""
        return {}

    def values(self) -> dict[str, Any]:
        """Return the branches that have a name; those that were there lead where they led."""
        old = self.node.get("branches") or []
        padded = [*old, *[{}] * (self.rows - len(old))]
        return {
            "branches": [
                {"name": self.cleaned_data[f"name_{place}"], "next": branch.get("next", "?"),
                 **self.read_row(place, branch)}
                for place, branch in enumerate(padded) if self.cleaned_data[f"name_{place}"]
            ]
        }  # fmt: skip


class SpanFields:
    """A length of time as an amount and a unit."""

    @staticmethod
    def add(form: forms.Form, seconds: int, *, label: str, required: bool = True) -> None:
        """Add the two fields."""
        unit = next((size for size, _ in reversed(UNITS) if seconds % size == 0), 60)
        form.fields["amount"] = forms.DecimalField(
            label=label, required=required, min_value=0, max_value=YEAR, max_digits=8, decimal_places=2,
            initial=f"{seconds / unit:g}",
        )  # fmt: skip
        form.fields["unit"] = forms.TypedChoiceField(
            label="Unit",
            required=required,
            coerce=int,
            choices=UNITS,
            initial=unit,
            empty_value=None,
        )

    @staticmethod
    def seconds(form: forms.Form) -> int:
        """Return the length in seconds."""
        seconds: int = round((form.cleaned_data["amount"] or 0) * (form.cleaned_data["unit"] or 60))
        return seconds
