"""The form of the entry."""

from collections.abc import Callable
from datetime import time
from typing import Any, Final

from django import forms

from campaigns.journeys.forms.base import EVENT_LIST, ConditionLines, NodeForm
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.conditions_text import write_conditions

KINDS: Final = (
    ("", "No trigger"),
    ("touchpoint", "They do something"),
    ("segment_entered", "They enter a segment"),
    ("segment_left", "They leave a segment"),
    ("schedule", "The calendar, for a segment"),
    ("date_trait", "A date among their attributes"),
    ("event", "The product reports"),
    ("api", "A program calls"),
)
_PARTS: Final = {
    "event": "event", "match": "match", "segment": "segment_id", "rrule": "rrule",
    "trait": "trait", "offset": "offset_days", "at": "at", "zone": "zone", "yearly": "yearly",
}  # fmt: skip
_Trigger = dict[str, Any]
_Fields = dict[str, forms.Field]


def _segment(trigger: _Trigger, known: Known) -> _Fields:
    field = forms.TypedChoiceField(
        label="Segment", required=False, coerce=int, empty_value=None,
        choices=[("", "Choose a segment"), *known.segments.items()],
        initial=trigger.get("segment_id", ""),
    )  # fmt: skip
    return {"segment": field}


def _event(trigger: _Trigger, _known: Known) -> _Fields:
    event = forms.CharField(
        label="Event", required=False, max_length=200, initial=trigger.get("event", ""),
        widget=forms.TextInput(attrs=EVENT_LIST),
    )  # fmt: skip
    return {"event": event, "match": ConditionLines()}


def _clock(trigger: _Trigger) -> _Fields:
    at = forms.TimeField(
        label="Time of day", initial=trigger.get("at", "09:00"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip
    zone = forms.CharField(label="Time zone", initial=trigger.get("zone", "UTC"), max_length=64)
    return {"at": at, "zone": zone}


def _schedule(trigger: _Trigger, known: Known) -> _Fields:
    rrule = forms.CharField(
        label="When", required=False, max_length=200, initial=trigger.get("rrule", ""),
        widget=forms.TextInput(attrs={"placeholder": "FREQ=WEEKLY;BYDAY=MO"}),
        help_text="A rule of the calendar: FREQ=DAILY, FREQ=WEEKLY;BYDAY=MO,TH or "
        "FREQ=MONTHLY;BYMONTHDAY=1. INTERVAL=2 is every second one.",
    )  # fmt: skip
    return {**_segment(trigger, known), "rrule": rrule, **_clock(trigger)}


def _date(trigger: _Trigger, _known: Known) -> _Fields:
    clock = _clock(trigger)
    clock["zone"].label = "Time zone where theirs is unknown"
    return {
        "trait": forms.CharField(
            label="Attribute", required=False, max_length=100, initial=trigger.get("trait", ""),
            help_text="Its value is a date such as 2026-03-10.",
        ),
        "offset": forms.IntegerField(
            label="Days after it (negative: before)", min_value=-366, max_value=366,
            initial=trigger.get("offset_days", 0),
        ),
        "yearly": forms.BooleanField(
            label="Every year again, as a birthday", required=False,
            initial=trigger.get("yearly", False),
        ),
        **clock,
    }  # fmt: skip


_FIELDS: Final[dict[str, Callable[[_Trigger, Known], _Fields]]] = {
    "touchpoint": _event,
    "event": _event,
    "segment_entered": _segment,
    "segment_left": _segment,
    "schedule": _schedule,
    "date_trait": _date,
}


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
        """Add the choice of a kind and the fields of the chosen one."""
        number = "" if self.rows == 1 else f" {place + 1}"
        self.fields[f"kind_{place}"] = forms.ChoiceField(
            label=f"Trigger{number}", choices=KINDS, required=False,
            initial=trigger.get("kind", ""),
        )  # fmt: skip
        kind = self.data.get(f"kind_{place}") if self.is_bound else trigger.get("kind")
        add = _FIELDS.get(str(kind))
        for name, field in (add(trigger, known) if add else {}).items():
            self.fields[f"{name}_{place}"] = field
        if kind in {"touchpoint", "event"}:
            self.initial[f"match_{place}"] = write_conditions(trigger.get("match") or [])

    def _triggers(self) -> list[dict[str, Any]]:
        """Return the triggers that have a kind."""
        triggers: list[dict[str, Any]] = []
        for place in range(self.rows):
            kind = self.cleaned_data[f"kind_{place}"]
            names = [name for name in _PARTS if f"{name}_{place}" in self.fields]
            parts = {_PARTS[name]: self.cleaned_data[f"{name}_{place}"] for name in names}
            if isinstance(parts.get("at"), time):
                parts["at"] = parts["at"].strftime("%H:%M")
            if kind:
                triggers.append({"kind": kind, **parts})
        return triggers

    def values(self) -> dict[str, Any]:
        """Return the triggers that have a kind."""
        data = self.cleaned_data
        return {
            "triggers": self._triggers(),
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
