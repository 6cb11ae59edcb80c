"""Forms of staff about catalogs and coupon pools."""

from typing import Any

from django import forms

MAX_BYTES = 20_000_000


class NewCatalogForm(forms.Form):
    """A catalog that begins as a file of items."""

    name = forms.CharField(max_length=120, label="Name", help_text="Only staff see it.")
    slug = forms.SlugField(
        max_length=64, label="Slug", help_text="How templates name it: letters, digits, - and _."
    )
    file = forms.FileField(
        label="Items",
        help_text="CSV with a header, or JSON. One column is named key, id or sku; the types of the "
        "others follow from their values. At most 20 MB.",
    )

    def clean_file(self) -> Any:
        """Refuse what is too large to be read at once."""
        return _small(self.cleaned_data["file"])


class ItemsForm(forms.Form):
    """A file of items for a catalog that is there."""

    file = forms.FileField(
        label="Items", help_text="CSV or JSON, as before. Items with known keys are replaced."
    )

    def clean_file(self) -> Any:
        """Refuse what is too large to be read at once."""
        return _small(self.cleaned_data["file"])


class NewPoolForm(forms.Form):
    """A coupon pool without codes."""

    name = forms.CharField(max_length=120, label="Name", help_text="Only staff see it.")
    slug = forms.RegexField(
        r"^[a-zA-Z_][a-zA-Z0-9_]*\Z", max_length=64, label="Slug",
        help_text="How templates name it, {{ coupon.SLUG }}: letters, digits and _.",
    )  # fmt: skip
    warn_below = forms.IntegerField(
        label="Warn below", min_value=0, max_value=1_000_000, initial=100,
        help_text="With fewer free codes than these the pool is low.",
    )  # fmt: skip


class CodesForm(forms.Form):
    """Codes as text or as a file."""

    codes = forms.CharField(
        label="Codes", required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One a line. Codes that were ever in the pool are left out.",
    )  # fmt: skip
    file = forms.FileField(label="Or a file", required=False, help_text="One code a line.")

    def clean(self) -> dict[str, Any]:
        """Put the lines of both together, as `all`."""
        found = super().clean() or {}
        text = found.get("codes", "")
        if found.get("file"):
            try:
                text = f"{text}\n{_small(found['file']).read().decode('utf-8-sig')}"
            except UnicodeDecodeError:
                raise forms.ValidationError("The file is not UTF-8.") from None
        found["all"] = text.splitlines()
        return found


def _small(file: Any) -> Any:
    if file.size > MAX_BYTES:
        raise forms.ValidationError("The file is larger than 20 MB.")
    return file
