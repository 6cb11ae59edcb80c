"""What staff do with people at a step."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms

from campaigns.journeys.services.moving import GO_ON, MOVE, TAKE_OUT

_WORDS: Final = {
    GO_ON: "Send them on now, as if their time were over",
    MOVE: "Move them to another step",
    TAKE_OUT: "Take them out of the journey",
}


class StandingForm(forms.Form):
    """The action, the step it leads to, and why."""

    what = forms.ChoiceField(label="What shall happen", widget=forms.RadioSelect)
    target = forms.ChoiceField(label="Move to", required=False)
    reason = forms.CharField(
        label="Why", max_length=200, help_text="Kept in the audit log with your name."
    )

    def __init__(
        self, verbs: Sequence[str], targets: Sequence[tuple[str, str]], posted: Any = None
    ) -> None:
        super().__init__(posted, label_suffix="")
        what: Any = self.fields["what"]
        what.choices = [(verb, _WORDS[verb]) for verb in verbs]
        target: Any = self.fields["target"]
        target.choices = [("", "Choose a step"), *targets]
        if MOVE not in verbs:
            del self.fields["target"]

    def clean(self) -> dict[str, Any]:
        """Ask for the step where people are moved."""
        data = super().clean() or {}
        if data.get("what") == MOVE and not data.get("target"):
            self.add_error("target", "Choose the step to which they are moved.")
        return data
