"""Forms of sources."""

from typing import Any

from django import forms


class SourceForm(forms.Form):
    name: Any = forms.CharField(
        max_length=100, label="Name", help_text="What sends the events, such as “Web shop”."
    )
    starts_journeys: Any = forms.BooleanField(
        required=False, initial=True, label="Its events may start journeys"
    )


class RenewalForm(forms.Form):
    overlap: Any = forms.TypedChoiceField(
        label="The present key", coerce=int, initial="7",
        choices=[("0", "stops at once"), ("1", "works one more day"), ("7", "works 7 more days"),
                 ("30", "works 30 more days")],
    )  # fmt: skip
