"""Forms of staff about coupon pools."""

from typing import Any

from django import forms

MAX_BYTES = 20_000_000


def _refuse_large(file: Any) -> None:
    if file.size > MAX_BYTES:
        raise forms.ValidationError("The file is larger than 20 MB.")


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
    file = forms.FileField(
        label="Or a file", required=False, validators=[_refuse_large], help_text="One code a line."
    )

    def clean(self) -> dict[str, Any]:
        """Put the lines of both together, as `all`."""
        found = super().clean() or {}
        text = found.get("codes", "")
        if found.get("file"):
            try:
                text = f"{text}\n{found['file'].read().decode('utf-8-sig')}"
            except UnicodeDecodeError:
                raise forms.ValidationError("The file is not UTF-8.") from None
        found["all"] = text.splitlines()
        return found
