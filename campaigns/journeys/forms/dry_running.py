"""The form that asks for a dry run."""

from typing import Any

from django import forms


class DryRunForm(forms.Form):
    """Over how many days, and beside which version."""

    days = forms.TypedChoiceField(
        label="Over the last", coerce=int, initial=7,
        choices=[(1, "day"), (7, "7 days"), (14, "14 days"), (30, "30 days")],
    )  # fmt: skip
    beside = forms.TypedChoiceField(
        label="Side by side with", required=False, coerce=int, empty_value=None
    )
    with_imports = forms.BooleanField(
        label="Count imported history as if it were live", required=False,
        help_text="The engine lets nobody in by history that was imported; a dry run may.",
    )  # fmt: skip

    def __init__(self, numbers: list[int], posted: Any = None) -> None:
        super().__init__(posted, label_suffix="")
        chosen: Any = self.fields["beside"]
        chosen.choices = [("", "Nothing"), *((n, f"Version {n}") for n in numbers)]
