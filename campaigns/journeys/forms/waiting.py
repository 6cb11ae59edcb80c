"""The forms of the steps at which people stay."""

from typing import Any

from django import forms

from campaigns.journeys.forms.base import (
    EVENT_LIST,
    BranchForm,
    ConditionLines,
    NodeForm,
    SpanFields,
)
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.conditions_text import write_conditions
from campaigns.journeys.rules.words import DAYS


class WaitForm(NodeForm):
    """A length of time."""

    def build(self, known: Known) -> None:
        """Add amount and unit."""
        SpanFields.add(self, self.node.get("seconds") or 0, label="Wait for")

    def values(self) -> dict[str, Any]:
        """Return the seconds."""
        return {"seconds": SpanFields.seconds(self)}


class WaitUntilForm(NodeForm):
    """The time of day, the weekdays and the zone of those whose own is unknown."""

    def build(self, known: Known) -> None:
        """Add the three fields."""
        self.fields["at"] = forms.TimeField(
            label="Time of day", initial=self.node.get("at", "10:00"),
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            help_text="On the person's own clock.",
        )  # fmt: skip
        self.fields["weekdays"] = forms.TypedMultipleChoiceField(
            label="Only on", required=False, coerce=int, choices=list(enumerate(DAYS)),
            initial=self.node.get("weekdays") or [], widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
        self.fields["zone"] = forms.CharField(
            label="Time zone where theirs is unknown", initial=self.node.get("zone", "UTC"),
            max_length=64,
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the time of day, the weekdays and the zone."""
        data = self.cleaned_data
        at = data["at"].strftime("%H:%M")
        return {"at": at, "weekdays": data["weekdays"], "zone": data["zone"]}


class HoldForm(BranchForm):
    """The awaited events and the timeout."""

    def build(self, known: Known) -> None:
        """Add the events, the timeout and what counts."""
        super().build(known)
        SpanFields.add(self, self.node.get("seconds") or 0, label="Wait at most")
        self.fields["since"] = forms.ChoiceField(
            label="What counts", initial=self.node.get("since", "arrival"),
            choices=[("arrival", "From arriving at this step"), ("entry", "From entering the journey")],
        )  # fmt: skip

    def add_row(self, place: int, branch: dict[str, Any], known: Known) -> None:
        """Add the event and its conditions."""
        self.fields[f"event_{place}"] = forms.CharField(
            label="When this happens", required=False, max_length=200,
            initial=branch.get("event", ""), widget=forms.TextInput(attrs=EVENT_LIST),
        )  # fmt: skip
        self.fields[f"match_{place}"] = ConditionLines()
        self.initial[f"match_{place}"] = write_conditions(branch.get("match") or [])

    def read_row(self, place: int, branch: dict[str, Any]) -> dict[str, Any]:
        """Return the event and its conditions."""
        data = self.cleaned_data
        return {"event": data[f"event_{place}"], "match": data[f"match_{place}"]}

    def values(self) -> dict[str, Any]:
        """Return the events, the timeout and what counts."""
        since = self.cleaned_data["since"]
        return {**super().values(), "seconds": SpanFields.seconds(self), "since": since}


class WaitDaysForm(NodeForm):
    """Days of the calendar and a time of day."""

    def build(self, known: Known) -> None:
        """Add days and clock."""
        self.fields["days"] = forms.IntegerField(
            label="Days of the calendar", min_value=1, max_value=366,
            initial=self.node.get("days", 1), help_text="1 is tomorrow, whatever the time is now.",
        )  # fmt: skip
        _add_clock(self)

    def values(self) -> dict[str, Any]:
        """Return days and clock."""
        return {"days": self.cleaned_data["days"], **_clock(self)}


class WaitDateForm(NodeForm):
    """A date among the attributes, days before or after it, a time of day."""

    def build(self, known: Known) -> None:
        """Add attribute, offset and clock."""
        self.fields["trait"] = forms.CharField(
            label="Attribute with a date", required=False, max_length=100,
            initial=self.node.get("trait", ""),
            help_text="Who has none, or whose date is past, goes on at once by “otherwise”.",
        )  # fmt: skip
        self.fields["offset_days"] = forms.IntegerField(
            label="Days after it (negative: before)", min_value=-366, max_value=366,
            initial=self.node.get("offset_days", 0),
        )  # fmt: skip
        self.fields["yearly"] = forms.BooleanField(
            label="Its next return, as a birthday", required=False,
            initial=self.node.get("yearly", False),
        )  # fmt: skip
        _add_clock(self)

    def values(self) -> dict[str, Any]:
        """Return attribute, offset and clock."""
        data = self.cleaned_data
        parts = {name: data[name] for name in ("trait", "offset_days", "yearly")}
        return {**parts, **_clock(self)}


class ThrottleForm(NodeForm):
    """How many people in how long."""

    def build(self, known: Known) -> None:
        """Add the number and the length."""
        self.fields["people"] = forms.IntegerField(
            label="People who go on", min_value=1, max_value=1_000_000,
            initial=self.node.get("people", 100),
        )  # fmt: skip
        SpanFields.add(self, self.node.get("seconds") or 60, label="In each")

    def values(self) -> dict[str, Any]:
        """Return the number and the length."""
        return {"people": self.cleaned_data["people"], "seconds": SpanFields.seconds(self) or 60}


def _add_clock(form: NodeForm) -> None:
    form.fields["at"] = forms.TimeField(
        label="Time of day", initial=form.node.get("at", "10:00"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="On the person's own clock.",
    )  # fmt: skip
    form.fields["zone"] = forms.CharField(
        label="Time zone where theirs is unknown", initial=form.node.get("zone", "UTC"),
        max_length=64,
    )  # fmt: skip


def _clock(form: NodeForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {"at": data["at"].strftime("%H:%M"), "zone": data["zone"]}
