"""An error of a service stands where it can be mended."""

import pytest
from django import forms

from kernel.errors import Conflict, Invalid
from kernel.ui.forms import show_error


class Asked(forms.Form):
    name = forms.CharField()
    since = forms.DateTimeField(required=False)


@pytest.mark.parametrize(
    ("error", "options", "place"),
    [
        (Invalid("since", "No."), {}, "since"),
        (Invalid("since", "No."), {"otherwise": "name"}, "since"),
        (Invalid("from", "No."), {"names": {"from": "since"}}, "since"),
        (Invalid("columns.0", "No."), {"otherwise": "name"}, "__all__"),
        (Conflict("No."), {}, "__all__"),
        (Conflict("No."), {"otherwise": "name"}, "name"),
        (Conflict("No."), {"otherwise": "title"}, "__all__"),
    ],
)
def test_an_error_stands_at_the_field_it_names_or_above_the_form(error, options, place):
    form = Asked({"name": "Ada"})
    show_error(form, error, **options)
    assert form.errors == {place: ["No."]}
