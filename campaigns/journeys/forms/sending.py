"""The form of a message."""

from typing import Any, Final

from django import forms

from campaigns.journeys.forms.base import NodeForm, SpanFields
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.documents import DraftNode

WAYS: Final = {
    "sent": "Sent",
    "deferred": "Put off (quiet hours, or the provider asks to wait)",
    "capped": "Held back by a frequency cap",
    "no_consent": "No consent",
    "no_address": "No address",
    "suppressed": "Address suppressed",
    "failed": "Failed",
    "held_out": "Held out of messages",
    "opened": "Opened in time",
    "clicked": "Clicked in time",
}


class SendForm(NodeForm):
    """The template, the priority, and which outcomes have a way of their own."""

    def build(self, known: Known) -> None:
        """Add template, priority, outcomes and the time they may take."""
        self.fields["template"] = forms.ChoiceField(
            label="Template", required=False, initial=self.node.get("template", ""),
            choices=[("", "Choose a template"), *known.templates.items()],
            help_text="Consent, caps and quiet hours are checked at the moment of sending.",
        )  # fmt: skip
        self.fields["priority"] = forms.IntegerField(
            label="Priority", min_value=-100, max_value=100, initial=self.node.get("priority", 0),
            help_text="Under a cap the message of the highest priority is sent.",
        )  # fmt: skip

        self.fields["ways"] = forms.MultipleChoiceField(
            label="Ways of their own", required=False, choices=list(WAYS.items()),
            initial=[name for name in WAYS if self.node.get(name)],
            widget=forms.CheckboxSelectMultiple,
            help_text="With a way chosen, people stay here until it is known what became of the "
            "message. Without one they go on at once.",
        )  # fmt: skip
        SpanFields.add(
            self, self.node.get("within") or 3 * 86_400, label="Stay at most", required=False
        )

    def clean_ways(self) -> list[str]:
        """Refuse to wait for two things at once."""
        ways: list[str] = self.cleaned_data["ways"]
        if "sent" in ways and {"opened", "clicked"} & set(ways):
            raise forms.ValidationError(
                "A way for sent leaves no time to be opened. Choose one of them."
            )
        return ways

    def values(self) -> dict[str, Any]:
        """Return template, priority and a place for each chosen way."""
        data = self.cleaned_data
        ways = {name: self.node.get(name) or "?" for name in WAYS if name in data["ways"]}
        within = {"within": SpanFields.seconds(self) or 3 * 86_400} if ways else {}
        return {"template": data["template"], "priority": data["priority"], **within, **ways}

    def fill(self) -> DraftNode:
        """Return the node without the ways that are no longer chosen."""
        filled = super().fill()
        ways = self.cleaned_data["ways"]
        return {key: value for key, value in filled.items() if key not in WAYS or key in ways}
