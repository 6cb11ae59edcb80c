"""Forms of the pages about staff and API keys."""

from django import forms

from kernel.access.api_keys import MAX_NAME_LENGTH
from kernel.access.roles import ROLE_CHOICES, Role

ROLE_HELP = (
    "Viewers see, editors change drafts, publishers send and publish, admins manage the rest. "
    "Each role includes the one before it."
)


class NewStaffForm(forms.Form):
    email = forms.EmailField(label="E-mail address", help_text="The person logs in with it.")
    name = forms.CharField(label="Name", max_length=150, required=False)
    role = forms.ChoiceField(choices=ROLE_CHOICES, initial=Role.EDITOR.value, help_text=ROLE_HELP)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=ROLE_CHOICES, help_text=ROLE_HELP)


class NewKeyForm(forms.Form):
    name = forms.CharField(
        label="Program", max_length=MAX_NAME_LENGTH, help_text="Who will use it, such as “Shop”."
    )
    role = forms.ChoiceField(choices=ROLE_CHOICES, initial=Role.VIEWER.value, help_text=ROLE_HELP)


class RotationForm(forms.Form):
    overlap_hours = forms.TypedChoiceField(
        label="The present key works for", coerce=int, initial=24,
        choices=[(0, "no longer"), (1, "1 hour more"), (24, "1 day more"), (168, "7 days more")],
    )  # fmt: skip
