"""Forms of the pages about consent."""

from typing import Any

from django import forms

from profiles.consent.rules import CHANNELS


class TopicForm(forms.Form):
    key = forms.SlugField(
        max_length=64, help_text="Lower case, digits and hyphens; templates and events name it.",
    )  # fmt: skip
    name = forms.CharField(max_length=80, help_text="As people read it in the preference center.")
    description = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, is_new: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_new:
            del self.fields["key"]


class SuppressionForm(forms.Form):
    channel = forms.ChoiceField(choices=[*CHANNELS.items()])
    address = forms.CharField(max_length=320)
    reason = forms.CharField(max_length=200, help_text="Why nobody may write to it; kept as proof.")

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        return address.strip().lower()
