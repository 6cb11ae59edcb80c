"""The form of the entry."""

from typing import Any

from django import forms

from campaigns.journeys.forms.base import EVENT_LIST, ConditionLines, NodeForm
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.conditions_text import write_conditions


class EntryForm(NodeForm):
    """Triggers, who starts, entering again. A trigger without a kind is dropped."""

    def build(self, known: Known) -> None:
        """Add a row for each trigger and an empty one."""
        triggers = self.node.get("triggers") or []
        self.rows = len(triggers) + (1 if len(triggers) < 10 else 0)
        for place in range(self.rows):
            self._add_trigger(place, triggers[place] if place < len(triggers) else {}, known)
        self._add_limits()
        self.fields["starts"] = forms.ChoiceField(
            label="Who starts at publishing", initial=self.node.get("starts", "future"),
            choices=[("future", "Only those who come from then on"),
                     ("current_and_future", "Everybody in the segment now, and those who come"),
                     ("current", "Only everybody in the segment now")],
        )  # fmt: skip

    def _add_limits(self) -> None:
        """Add what limits entering again, and how old an event may be."""
        node = self.node
        self.fields["reentry"] = forms.ChoiceField(
            label="Entering again", initial=node.get("reentry", "never"),
            choices=[("never", "Never"), ("after_exit", "After leaving")],
        )  # fmt: skip
        self.fields["max_entries"] = forms.IntegerField(
            label="At most this many times", required=False, min_value=1, max_value=1000,
            initial=node.get("max_entries"), help_text="Empty means without a limit.",
        )  # fmt: skip
        self.fields["gap_hours"] = forms.FloatField(
            label="Hours between two entries", required=False, min_value=0, max_value=8_784,
            initial=f"{(node.get('min_gap_seconds') or 0) / 3600:g}",
        )  # fmt: skip
        self.fields["key"] = forms.CharField(
            label="Key", required=False, max_length=100, initial=node.get("key", ""),
            help_text="A property of the event, such as order_id: each value is a way of its own, "
            "and awaited events, goals and exits must carry the same one.",
        )  # fmt: skip
        self.fields["at_once"] = forms.IntegerField(
            label="Ways of one person at once", required=False, min_value=1, max_value=100,
            initial=node.get("at_once", 1), help_text="More than one needs a key.",
        )  # fmt: skip
        self.fields["age_hours"] = forms.FloatField(
            label="Hours an event may be old", required=False, min_value=0.1, max_value=8_784,
            initial=f"{(node.get('max_age_seconds') or 86_400) / 3600:g}",
            help_text="Older ones, such as those of an import, let nobody in.",
        )  # fmt: skip

    def _add_trigger(self, place: int, trigger: dict[str, Any], known: Known) -> None:
        kinds = [("", "No trigger"), ("touchpoint", "They do something"),
                 ("segment_entered", "They enter a segment"),
                 ("segment_left", "They leave a segment"), ("event", "The product reports")]  # fmt: skip
        number = "" if self.rows == 1 else f" {place + 1}"
        self.fields[f"kind_{place}"] = forms.ChoiceField(
            label=f"Trigger{number}", choices=kinds, required=False, initial=trigger.get("kind", "")
        )
        self.fields[f"event_{place}"] = forms.CharField(
            label="Event", required=False, max_length=200, initial=trigger.get("event", ""),
            widget=forms.TextInput(attrs=EVENT_LIST),
        )  # fmt: skip
        self.fields[f"match_{place}"] = ConditionLines()
        self.initial[f"match_{place}"] = write_conditions(trigger.get("match") or [])
        self.fields[f"segment_{place}"] = forms.TypedChoiceField(
            label="Segment", required=False, coerce=int, empty_value=None,
            choices=[("", "Choose a segment"), *known.segments.items()],
            initial=trigger.get("segment_id", ""),
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the triggers that have a kind."""
        data = self.cleaned_data
        triggers: list[dict[str, Any]] = []
        for place in range(self.rows):
            kind = data[f"kind_{place}"]
            if kind in {"segment_entered", "segment_left"}:
                triggers.append({"kind": kind, "segment_id": data[f"segment_{place}"]})
            elif kind:
                event, match = data[f"event_{place}"], data[f"match_{place}"]
                triggers.append({"kind": kind, "event": event, "match": match})
        return {
            "triggers": triggers,
            "reentry": data["reentry"],
            "max_entries": data["max_entries"],
            "min_gap_seconds": round((data["gap_hours"] or 0) * 3600),
            "key": data["key"],
            "at_once": data["at_once"] or 1,
            "max_age_seconds": round((data["age_hours"] or 24) * 3600),
            "starts": data["starts"],
        }

    def clean(self) -> dict[str, Any]:
        """Refuse several ways at once that nothing tells apart."""
        data: dict[str, Any] = super().clean() or {}
        if (data.get("at_once") or 1) > 1 and not data.get("key"):
            self.add_error("key", "Several ways at once need a key that tells them apart.")
        return data
