"""The filters of the audit log."""

from django import forms

from kernel.retention.services import LONGEST_DAYS, SHORTEST_DAYS
from mcps_site.operations.deeds import list_people


class AuditFilter(forms.Form):
    person = forms.ModelChoiceField(
        list_people(), required=False, empty_label="Everybody", label="Who"
    )
    verb = forms.CharField(required=False, max_length=60, label="Deed")
    object_type = forms.CharField(required=False, max_length=60, label="Kind of thing")
    object_id = forms.CharField(required=False, max_length=100, label="Its id")
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )


class RetentionForm(forms.Form):
    keep_days = forms.IntegerField(
        required=False, min_value=SHORTEST_DAYS, max_value=LONGEST_DAYS, label="Days",
        error_messages={
            "min_value": f"Keep at least {SHORTEST_DAYS} days, or leave it empty to keep all.",
        },
    )  # fmt: skip
