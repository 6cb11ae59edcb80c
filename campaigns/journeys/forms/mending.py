"""What staff do about errors of a journey."""

from typing import Any

from django import forms

from campaigns.journeys.services.mending import AGAIN, SKIP, TAKE_OUT


class MendingForm(forms.Form):
    """The action with whom it reaches, and why."""

    what = forms.ChoiceField(label="What shall happen", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Why", max_length=200, help_text="Kept in the audit log with your name."
    )

    def __init__(self, kind: str, *, errors: int, people: int, posted: Any = None) -> None:
        super().__init__(posted, label_suffix="")
        again = "Send the messages again" if kind == "message" else "Call the server again"
        what: Any = self.fields["what"]
        what.choices = [
            (AGAIN, f"{again} ({errors:,})"),
            (SKIP, f"Skip: give them up, people go on by the normal way ({errors:,})"),
            (TAKE_OUT, f"Take the people out who are still in the journey ({people:,})"),
        ]
