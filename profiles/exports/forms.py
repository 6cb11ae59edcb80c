"""The form that asks for an export."""

from datetime import datetime
from typing import Any

from django import forms

from profiles.directory.rules import KNOWN_CHOICES, SEEN_CHOICES, parse_key, seen_since
from profiles.exports.models import Export
from profiles.exports.services.asking import Wish
from profiles.segments.selectors.summaries import list_choices


def _instant() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ExportForm(forms.Form):
    """What the file is to hold, and of whom."""

    what: Any = forms.ChoiceField(label="The file holds", choices=Export.What.choices)
    form: Any = forms.ChoiceField(
        label="Format", choices=Export.Form.choices,
        help_text="CSV for spreadsheets, JSON lines for programs. The file is compressed (.gz).",
    )  # fmt: skip
    q: Any = forms.CharField(
        label="Found by", required=False, max_length=255,
        help_text="An id in full, a name or an e-mail address, as in the list of profiles.",
    )  # fmt: skip
    segment: Any = forms.ChoiceField(label="Members of", required=False)
    seen: Any = forms.ChoiceField(
        label="Last seen", required=False,
        choices=[("", "Any time"), *((days, f"In the last {text}") for days, text in SEEN_CHOICES.items())],
    )  # fmt: skip
    known: Any = forms.ChoiceField(
        label="Known or not", required=False,
        choices=[("", "Both"), ("yes", "Known people"), ("no", "Anonymous visitors")],
    )  # fmt: skip
    since: Any = forms.DateTimeField(
        label="Touchpoints from",
        required=False,
        widget=_instant(),
        help_text="In your own time zone.",
    )
    until: Any = forms.DateTimeField(
        label="Touchpoints before", required=False, widget=_instant()
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["segment"].choices = [("", "Everybody"), *list_choices()]

    def wish(self, *, now: datetime) -> Wish:
        """Return what is asked for; “in the last 7 days” counts back from now."""
        said = self.cleaned_data
        return Wish(
            what=said["what"], form=said["form"], segment_key=parse_key(said["segment"]),
            since=said["since"], until=said["until"],
            seen_since=seen_since(said["seen"], now=now),
            is_known=KNOWN_CHOICES.get(said["known"]), search=said["q"],
        )  # fmt: skip
