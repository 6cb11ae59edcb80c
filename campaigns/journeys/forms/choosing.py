"""The forms of the steps at which ways part."""

from typing import Any

from django import forms

from campaigns.journeys.forms.base import EVENT_LIST, ConditionLines, NodeForm
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.conditions_text import write_conditions


class ConditionForm(NodeForm):
    """What they did since they entered; a rule that is there already is kept as it is."""

    def build(self, known: Known) -> None:
        """Add the event, its conditions and the count; a rule can only be replaced."""
        happened = self.node.get("happened_since_entry") or {}
        self.fields["event"] = forms.CharField(
            label="Did they do this since they entered?", required=False, max_length=200,
            initial=happened.get("event", ""), widget=forms.TextInput(attrs=EVENT_LIST),
            help_text="Leave it empty to keep the rule." if self.node.get("rule") else "",
        )  # fmt: skip
        self.fields["match"] = ConditionLines()
        self.initial["match"] = write_conditions(happened.get("match") or [])
        self.fields["at_least"] = forms.IntegerField(
            label="At least this often", min_value=1, max_value=1000,
            initial=happened.get("at_least", 1),
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the question."""
        data = self.cleaned_data
        if self.node.get("rule") and not data["event"]:
            return {}
        happened = {key: data[key] for key in ("event", "match", "at_least")}
        return {"rule": None, "happened_since_entry": happened}


class SplitForm(NodeForm):
    """Names and shares. A branch without a name is dropped; the empty row adds one."""

    def build(self, known: Known) -> None:
        """Add a row for each branch and an empty one."""
        branches = self.node.get("branches") or []
        self.rows = len(branches) + (1 if len(branches) < 10 else 0)
        for place in range(self.rows):
            branch = branches[place] if place < len(branches) else {}
            self.fields[f"name_{place}"] = forms.CharField(
                label=f"Branch {place + 1}", required=False, max_length=64,
                initial=branch.get("name", ""),
            )  # fmt: skip
            self.fields[f"percent_{place}"] = forms.FloatField(
                label="Percent", required=False, min_value=0, max_value=100,
                initial=branch.get("percent", ""),
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the branches that have a name."""
        data, old = self.cleaned_data, self.node.get("branches") or []
        return {
            "branches": [
                {"name": data[f"name_{place}"], "percent": data[f"percent_{place}"] or 0,
                 "next": old[place]["next"] if place < len(old) else "?"}
                for place in range(self.rows) if data[f"name_{place}"]
            ]
        }  # fmt: skip


class ChooseForm(NodeForm):
    """Names and segments. A way without a name is dropped."""

    def build(self, known: Known) -> None:
        """Add a row for each way and an empty one."""
        branches = self.node.get("branches") or []
        self.rows = len(branches) + (1 if len(branches) < 10 else 0)
        for place in range(self.rows):
            branch = branches[place] if place < len(branches) else {}
            self.fields[f"name_{place}"] = forms.CharField(
                label=f"Branch {place + 1}", required=False, max_length=64,
                initial=branch.get("name", ""),
            )  # fmt: skip
            self.fields[f"segment_{place}"] = forms.ChoiceField(
                label="For people in", required=False, initial=branch.get("segment", ""),
                choices=[("", "Choose a segment"), *known.segment_keys.items()],
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the ways that have a name."""
        data, old = self.cleaned_data, self.node.get("branches") or []
        return {
            "branches": [
                {"name": data[f"name_{place}"], "segment": data[f"segment_{place}"],
                 "next": old[place]["next"] if place < len(old) else "?"}
                for place in range(self.rows) if data[f"name_{place}"]
            ]
        }  # fmt: skip
