"""People named in a field or a file: one a line, or a column of a CSV."""

import csv
import io

from django import forms
from django.core.files.uploadedfile import UploadedFile

_COLUMNS = ("email", "e-mail", "user_id", "userid", "phone", "key", "customer_key", "id")
_MOST_BYTES = 4_000_000


class NewListForm(forms.Form):
    """Name and description of a static list."""

    name = forms.CharField(max_length=200)
    description = forms.CharField(max_length=1_000, required=False)


class PeopleForm(forms.Form):
    """People from a field, a file, or both."""

    people = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="E-mail addresses, user ids, phone numbers or keys, one a line.",
    )  # fmt: skip
    file = forms.FileField(
        required=False, help_text="CSV or text, up to 4 MB; a column named email, user_id, phone or "
        "key is used, else the first.",
    )  # fmt: skip

    def clean_file(self) -> list[str]:
        """Return what the file names; refuses what is too large or no text."""
        upload: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if upload is None:
            return []
        if (upload.size or 0) > _MOST_BYTES:
            raise forms.ValidationError("The file is larger than 4 MB. Upload it in parts.")
        try:
            return read_people(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(
                "Save the file as UTF-8 text and upload it again."
            ) from None
        except csv.Error as error:
            raise forms.ValidationError(f"The file is no CSV: {error}.") from None

    def names(self) -> list[str]:
        """Return what field and file name together."""
        return read_people(self.cleaned_data["people"]) + list(self.cleaned_data["file"])


def read_people(text: str) -> list[str]:
    """Return the texts that name people: of the column that looks like it, else of the first."""
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    if not rows:
        return []
    heads = [cell.strip().lower() for cell in rows[0]]
    column = next((heads.index(name) for name in _COLUMNS if name in heads), None)
    found = rows if column is None else rows[1:]
    return [row[column or 0].strip() for row in found if len(row) > (column or 0)]
