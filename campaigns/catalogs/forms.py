"""Forms of staff about catalogs."""

from typing import Any

from django import forms

MAX_BYTES = 20_000_000


def _refuse_large(file: Any) -> None:
    if file.size > MAX_BYTES:
        raise forms.ValidationError("The file is larger than 20 MB.")


class NewCatalogForm(forms.Form):
    """A catalog that begins as a file of items."""

    name = forms.CharField(max_length=120, label="Name", help_text="Only staff see it.")
    slug = forms.SlugField(
        max_length=64, label="Slug", help_text="How templates name it: letters, digits, - and _."
    )
    file = forms.FileField(
        label="Items", validators=[_refuse_large],
        help_text="CSV with a header, or JSON. One column is named key, id or sku; the types of the "
        "others follow from their values. At most 20 MB.",
    )  # fmt: skip


class ItemsForm(forms.Form):
    """A file of items for a catalog that is there."""

    file = forms.FileField(
        label="Items", validators=[_refuse_large],
        help_text="CSV or JSON, as before. Items with known keys are replaced.",
    )  # fmt: skip
