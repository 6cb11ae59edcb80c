"""The form that asks for a dry run."""

from typing import Any
from uuid import UUID

from django import forms


class DryRunForm(forms.Form):
    """Over how many days, and beside which version."""

    days = forms.TypedChoiceField(
        label="Over the last", coerce=int, initial=7,
        choices=[(1, "day"), (7, "7 days"), (14, "14 days"), (30, "30 days")],
    )  # fmt: skip
    beside = forms.ChoiceField(
        label="Side by side with", required=False,
        help_text="A published version, or the draft of another journey, such as a copy of this one.",
    )  # fmt: skip
    with_imports = forms.BooleanField(
        label="Count imported history as if it were live", required=False,
        help_text="The engine lets nobody in by history that was imported; a dry run may.",
    )  # fmt: skip

    def __init__(
        self, numbers: list[int], drafts: list[tuple[UUID, str]], posted: Any = None
    ) -> None:
        super().__init__(posted, label_suffix="")
        chosen: Any = self.fields["beside"]
        chosen.choices = [
            ("", "Nothing"),
            *((str(n), f"Version {n}") for n in numbers),
            *((str(key), f"Draft of “{name}”") for key, name in drafts),
        ]
