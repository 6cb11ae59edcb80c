"""Filters and reasons of the rewards pages."""

from django import forms

from referrals.rewards.rules import GrantStatus

CHOICES = [("", "All states"), *((status.value, status.value.title()) for status in GrantStatus)]


class FilterForm(forms.Form):
    status = forms.ChoiceField(choices=CHOICES, required=False)
    page = forms.IntegerField(min_value=1, max_value=200, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Reason",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The ledger and the audit trail keep it.",
        error_messages={
            "required": "Say why the reward is taken back; the ledger keeps the reason."
        },
    )


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(choices=[("clear", "Clear"), ("confirm", "Confirm")])
    reason = forms.CharField(max_length=300)
