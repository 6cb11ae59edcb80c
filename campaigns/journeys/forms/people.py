"""The form that lets people into a journey by hand."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms

MOST_LINES: Final = 500


class PeopleForm(forms.Form):
    """A segment, or people by their identifiers."""

    segment = forms.TypedChoiceField(
        label="Everybody in a segment", required=False, coerce=int, empty_value=None
    )
    people = forms.CharField(
        label="Or these people", required=False,
        widget=forms.Textarea(attrs={"rows": 6, "placeholder": "ada@example.com"}),
        help_text=f"One to a line, at most {MOST_LINES}: an e-mail address, a user id, or kind:value.",
    )  # fmt: skip

    def __init__(self, segments: Mapping[int, str], posted: Any = None) -> None:
        super().__init__(posted, label_suffix="")
        chosen: Any = self.fields["segment"]
        chosen.choices = [("", "No segment"), *segments.items()]

    def clean_people(self) -> list[str]:
        """Split into lines."""
        lines = [line.strip() for line in self.cleaned_data["people"].splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(
                f"These are {len(lines):,} lines. Import them as a segment, or list at most "
                f"{MOST_LINES}."
            )
        return lines

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(data.get("segment")) == bool(data.get("people")):
            raise forms.ValidationError("Choose a segment, or list people.")
        return data
