"""The form that chooses for how long touchpoints are kept."""

from typing import Any

from django import forms

from kernel.retention.services import LONGEST_DAYS, SHORTEST_DAYS
from profiles.directory.rules import parse_key
from profiles.retention.services import Choice
from profiles.touchpoints.models import Source


class RuleForm(forms.Form):
    event: Any = forms.CharField(
        label="Event", max_length=200, required=False,
        help_text="As it is called under Schema. Empty for everything that the source sends.",
    )  # fmt: skip
    source: Any = forms.ChoiceField(label="Source", required=False)
    keep_days: Any = forms.IntegerField(
        label="Keep for so many days", min_value=SHORTEST_DAYS, max_value=LONGEST_DAYS,
        help_text=f"At least {SHORTEST_DAYS}.",
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        names = Source.objects.order_by("name").values_list("key", "name")
        fields["source"].choices = [
            ("", "Every source"),
            *((str(key), name) for key, name in names),
        ]

    def choice(self) -> Choice:
        """Return what was chosen."""
        said = self.cleaned_data
        return Choice(
            event=said["event"].strip(), source_key=parse_key(said["source"]),
            keep_days=said["keep_days"],
        )  # fmt: skip
