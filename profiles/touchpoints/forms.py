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
