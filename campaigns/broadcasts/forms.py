"""The steps of the wizard: audience, message, time."""

from typing import Any
from zoneinfo import available_timezones

from django import forms

from campaigns.broadcasts.models import Broadcast
from campaigns.broadcasts.rules import AT_ONCE, GRADUALLY, Timing
from campaigns.content.selectors import list_templates
from profiles import facade as profiles

_ROLLOUTS = {"at_once": AT_ONCE, "gradually": GRADUALLY}


class AudienceForm(forms.Form):
    """The name, and who gets the message."""

    name = forms.CharField(max_length=120, help_text="Staff and timelines show it.")
    included = forms.TypedMultipleChoiceField(
        label="Everybody in any of these segments", coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    excluded = forms.TypedMultipleChoiceField(
        label="But nobody in these", coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    holdout_percent = forms.DecimalField(
        label="Held out, in percent", min_value=0, max_value=50, max_digits=5, decimal_places=2,
        initial=10, help_text="Drawn at random, never messaged, and measured all the same.",
    )  # fmt: skip

    def __init__(self, broadcast: Broadcast | None = None, posted: Any = None) -> None:
        super().__init__(posted, label_suffix="")
        choices = [
            (int(segment.id), f"{segment.name} ({segment.members:,})")
            for segment in profiles.list_segments()
        ]
        for name in ("included", "excluded"):
            chosen: Any = self.fields[name]
            chosen.choices = choices
        if broadcast:
            self.initial = {name: getattr(broadcast, name) for name in self.fields}


class MessageForm(forms.Form):
    """What is said, and by which goal it is measured."""

    template = forms.ChoiceField(
        help_text="The version that is published when the broadcast starts is sent."
    )
    tags = forms.CharField(
        max_length=200, required=False,
        help_text="Words for frequency caps, with commas between; kept on each message.",
    )  # fmt: skip
    priority = forms.IntegerField(
        min_value=-100, max_value=100, initial=0,
        help_text="When two messages want the last slot of a cap, the higher number wins.",
    )  # fmt: skip
    goal_event = forms.CharField(
        label="Goal", max_length=200, required=False,
        help_text="The event that counts as a conversion, such as Order Completed.",
    )  # fmt: skip
    goal_days = forms.IntegerField(
        label="Days in which it counts", min_value=1, max_value=90, initial=7
    )

    def __init__(self, broadcast: Broadcast, posted: Any = None) -> None:
        super().__init__(posted, label_suffix="")
        chosen: Any = self.fields["template"]
        chosen.choices = [
            (str(template.key), f"{template.name} ({template.channel})")
            for template in list_templates()
            if template.live_version_id
        ]
        self.initial = {
            "template": str(broadcast.template.key) if broadcast.template else "",
            "tags": ", ".join(broadcast.tags),
            "priority": broadcast.priority,
            "goal_event": broadcast.goal_event,
            "goal_days": broadcast.goal_days,
        }

    def clean_tags(self) -> list[str]:
        """Split at commas, each word once."""
        words = (word.strip().lower() for word in self.cleaned_data["tags"].split(","))
        return list(dict.fromkeys(word for word in words if word))


class TimeForm(forms.Form):
    """When the messages leave, and in which shares."""

    timing = forms.ChoiceField(
        label="When", widget=forms.RadioSelect,
        help_text="The best hour is the one around which a person was most active in 90 days, "
        "leaning on the whole audience; without a history it is the audience's. Whether messages "
        "work better then is not proven: hold some people out and compare.",
        choices=[
            (Timing.NOW.value, "As soon as it is started"),
            (Timing.AT.value, "At one moment for everybody"),
            (Timing.LOCAL.value, "At a time of day where each person is"),
            (Timing.BEST.value, "At each person's best hour, within 24 hours"),
        ],
    )  # fmt: skip
    send_at = forms.DateTimeField(
        label="The moment", required=False, help_text="In your own time zone.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    local_on = forms.DateField(
        label="The day there", required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    local_time = forms.TimeField(
        label="The time there", required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Where that time has passed already, the message leaves at once.",
    )  # fmt: skip
    default_zone = forms.ChoiceField(
        label="Time zone of people without one",
        choices=[(zone, zone) for zone in sorted(available_timezones())],
    )
    rollout = forms.ChoiceField(
        label="Shares", widget=forms.RadioSelect,
        choices=[("at_once", "Everybody at once"), ("gradually", "5%, then 25%, then everybody")],
    )  # fmt: skip
    step_minutes = forms.IntegerField(
        label="Minutes between shares", min_value=1, max_value=10_080, initial=60
    )
    most_bounced = forms.DecimalField(
        label="Stop above this share of bounces, in percent", min_value=0, max_value=100,
        max_digits=5, decimal_places=2,
    )  # fmt: skip
    most_complained = forms.DecimalField(
        label="Stop above this share of spam reports, in percent", min_value=0, max_value=100,
        max_digits=5, decimal_places=2,
    )  # fmt: skip
    most_unsubscribed = forms.DecimalField(
        label="Stop above this share of unsubscribes, in percent", min_value=0, max_value=100,
        max_digits=5, decimal_places=2,
    )  # fmt: skip

    def __init__(self, broadcast: Broadcast, posted: Any = None) -> None:
        super().__init__(posted, label_suffix="")
        self.initial = {name: getattr(broadcast, name) for name in self.fields}
        is_gradual = list(broadcast.rollout) == list(GRADUALLY)
        self.initial["rollout"] = "gradually" if is_gradual else "at_once"

    def clean_rollout(self) -> list[int]:
        """Return the shares of the choice."""
        return list(_ROLLOUTS[self.cleaned_data["rollout"]])

    def clean(self) -> dict[str, Any]:
        """Ask for the fields that the chosen timing needs."""
        found: dict[str, Any] = super().clean() or {}
        needed = {Timing.AT: ["send_at"], Timing.LOCAL: ["local_on", "local_time"]}
        for name in needed.get(Timing(found.get("timing", Timing.NOW)), []):
            if not found.get(name) and name not in self.errors:
                self.add_error(name, "This timing needs it.")
        return found
