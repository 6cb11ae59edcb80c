"""Forms of the limits that the gate keeps."""

from typing import Any
from zoneinfo import available_timezones

from django import forms

from campaigns.deliveries.models import FrequencyCap, QuietHours, SendingRule, VolumeLimit
from campaigns.deliveries.volume import list_targets

_ZONES = [(zone, zone) for zone in sorted(available_timezones())]

_ZONE_FIELDS = {
    "default_zone": "Time zone of people without one",
    "zone": "Time zone of days, weeks and months",
}


class _LimitForm(forms.ModelForm):  # type: ignore[type-arg]
    """Fields without a colon, and a time zone to choose from."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.label_suffix = ""
        for name, label in _ZONE_FIELDS.items():
            if name in self.fields:
                self.fields[name] = forms.ChoiceField(
                    choices=_ZONES, label=label, initial=self.fields[name].initial
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
    utm_source = forms.CharField(
        label="utm_source", max_length=60, initial="newsletter",
        help_text="utm_medium is the channel, utm_campaign the journey or broadcast; what a link "
        "has already stays.",
    )  # fmt: skip

    class Meta:
        model = SendingRule
        fields = ("holdout_percent", "gap_minutes", "adds_utm", "utm_source")
        labels = {"adds_utm": "Mark the links of all messages with UTM parameters"}


class VolumeForm(_LimitForm):
    """One throttle or budget; what it is about is chosen from one list."""

    target = forms.ChoiceField(label="For")
    domain = forms.RegexField(
        r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", required=False, max_length=253,
        help_text="Only for a domain of recipients, such as gmail.com.",
    )  # fmt: skip

    field_order = ("name", "target", "domain", "amount", "measure", "period", "policy")

    class Meta:
        model = VolumeLimit
        fields = ("name", "amount", "measure", "period", "zone", "policy", "is_active")
        labels = {
            "amount": "At most",
            "measure": "Counted in",
            "period": "Within",
            "policy": "Beyond it",
            "is_active": "In force",
        }
        help_texts = {"measure": "Money adds up the prices of the senders."}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen: Any = self.fields["target"]
        chosen.choices = list_targets()
        limit = self.instance
        if limit.pk:
            is_domain = limit.scope == VolumeLimit.Scope.DOMAIN
            self.initial["domain"] = limit.subject if is_domain else ""
            self.initial["target"] = f"{limit.scope}:{'' if is_domain else limit.subject}"

    def clean(self) -> dict[str, Any]:
        """Read scope and subject from what was chosen."""
        found: dict[str, Any] = super().clean() or {}
        scope, _, subject = found.get("target", "").partition(":")
        if scope == VolumeLimit.Scope.DOMAIN and not (subject := found.get("domain", "")):
            self.add_error("domain", "Name the domain, such as gmail.com.")
        self.instance.scope, self.instance.subject = scope, subject
        return found
