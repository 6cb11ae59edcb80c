"""The forms of the steps that do something at once."""

from typing import Any

from django import forms

from campaigns.journeys.forms.base import NodeForm
from campaigns.journeys.rules.analysis import Known


class EmitForm(NodeForm):
    """The name of the event."""

    def build(self, known: Known) -> None:
        """Add the name."""
        self.fields["event"] = forms.CharField(
            label="Event", required=False, max_length=200, initial=self.node.get("event", "")
        )

    def values(self) -> dict[str, Any]:
        """Return the name."""
        return {"event": self.cleaned_data["event"]}


class ExitForm(NodeForm):
    """Only the note."""
