"""The form that sets an attribute for everybody who matches."""

from typing import Any

from django import forms

from profiles.directory.rules import read_typed

KINDS = [
    ("text", "is the text"), ("number", "is the number"), ("boolean", "is yes or no"),
    ("list", "is the list (a, b)"), ("nothing", "is removed"),
]  # fmt: skip


class ChangeForm(forms.Form):
    """Which attribute gets which value."""

    trait: Any = forms.CharField(max_length=200, label="Attribute")
    kind: Any = forms.ChoiceField(choices=KINDS, label="Becomes")
    value: Any = forms.CharField(max_length=1_000, required=False, label="Value")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        try:
            self.read = read_typed(said.get("value", ""), said.get("kind", "text"))
        except ValueError as error:
            self.add_error("value", str(error))
        return said
