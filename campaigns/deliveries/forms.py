"""Forms of the limits that the gate keeps."""

from typing import Any
from zoneinfo import available_timezones

from django import forms

from campaigns.deliveries.models import FrequencyCap, QuietHours, SendingRule

_ZONES = [(zone, zone) for zone in sorted(available_timezones())]


class _LimitForm(forms.ModelForm):  # type: ignore[type-arg]
    """Fields without a colon, and a time zone to choose from."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        if "default_zone" in self.fields:
            chosen = self.fields["default_zone"]
            self.fields["default_zone"] = forms.ChoiceField(
                choices=_ZONES, label="Time zone of people without one", initial=chosen.initial
            )


class CapForm(_LimitForm):
    """One frequency cap."""

    max_count = forms.IntegerField(label="At most this many messages", min_value=0, max_value=1_000)
    days = forms.IntegerField(
        label="Length", min_value=1, max_value=366, initial=7,
        help_text="How many days or hours; a period of the calendar has its own length.",
    )  # fmt: skip

    class Meta:
        model = FrequencyCap
        fields = (
            "name", "max_count", "period", "days", "message_class", "channel", "topic", "tag",
            "counts_transactional", "default_zone", "is_active",
        )  # fmt: skip
        labels = {
            "message_class": "Limits",
            "period": "Within",
            "topic": "Only this topic",
            "tag": "Only this tag",
            "channel": "Only this channel",
            "counts_transactional": "Transactional messages take slots, too",
            "is_active": "In force",
        }


class QuietForm(_LimitForm):
    """The quiet hours of one channel."""

    class Meta:
        model = QuietHours
        fields = ("channel", "starts_at", "ends_at", "policy", "default_zone", "is_active")
        labels = {
            "starts_at": "From",
            "ends_at": "To",
            "policy": "Meanwhile",
            "is_active": "In force",
        }
        widgets = {
            "starts_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "ends_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }


class RuleForm(_LimitForm):
    """What holds for all marketing."""

    holdout_percent = forms.DecimalField(
        label="Held out of all marketing, in percent", min_value=0, max_value=50,
        max_digits=5, decimal_places=2,
        help_text="The same people each time, drawn by a stable hash.",
    )  # fmt: skip
    gap_minutes = forms.IntegerField(
        label="Least minutes between two marketing messages", min_value=0, max_value=10_080,
        help_text="The later one waits; 0 lets it leave at once.",
    )  # fmt: skip

    class Meta:
        model = SendingRule
        fields = ("holdout_percent", "gap_minutes")
