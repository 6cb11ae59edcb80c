"""Forms of uploads: the file, how it is written, and what its columns mean."""

from collections.abc import Mapping as Mapped
from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms

from profiles.imports.models import Upload
from profiles.imports.rules.mapping import NAMED, Column, Formats, Kind, Mapping, Use, ValueType
from profiles.imports.rules.sniffing import DELIMITERS, ENCODINGS
from profiles.imports.rules.suggesting import suggest_formats, suggest_mapping
from profiles.imports.services.pulls import MOST_MINUTES
from profiles.imports.services.reading import Sample
from profiles.imports.services.uploads import DEFAULT_SOURCE

# Three fields each; more than 1,000 fields of a form are refused by Django.
MOST_COLUMNS = 200
_SHOWN_CELLS = 3
_IDENTITY_CHOICES = [
    (Use.USER_ID, "User id"), (Use.EMAIL, "E-mail address"), (Use.PHONE, "Phone number"),
    (Use.ANONYMOUS_ID, "Anonymous id"), (Use.EXTERNAL_ID, "Other identifier"),
]  # fmt: skip
_CONSENT = ("Consent", [
    (Use.CONSENT, "Consent: yes or no"), (Use.CONSENT_CHANNEL, "Channel of the consent"),
    (Use.CONSENT_TOPIC, "Topic of the consent"), (Use.CONSENT_TEXT, "Text version of the consent"),
])  # fmt: skip
_PEOPLE = [("About them", [(Use.TRAIT, "Trait"), (Use.TIME, "Time of the update")]), _CONSENT]
_EVENTS = [
    ("About the event", [(Use.EVENT, "Event name"), (Use.TIME, "Time"), (Use.PROPERTY, "Property"),
                         (Use.ROW_ID, "Id of the event")]),
    ("About the person", [(Use.TRAIT, "Trait")]),
    _CONSENT,
]  # fmt: skip
_TYPES = [
    (ValueType.TEXT, "As it is"), (ValueType.NUMBER, "Number"), (ValueType.BOOLEAN, "Yes or no"),
    (ValueType.DATE, "Date"),
]  # fmt: skip
FORMAT_FIELDS = ("decimal", "thousands", "dates", "time_zone")


class UploadForm(forms.Form):
    file: Any = forms.FileField(
        label="File",
        help_text="CSV, JSON lines or Parquet, up to 1 GB. Text files may be compressed (.gz).",
    )
    kind: Any = forms.ChoiceField(
        label="A row is", choices=[("people", "a person"), ("events", "an event of a person")]
    )
    source: Any = forms.CharField(
        label="Source", max_length=100, initial=DEFAULT_SOURCE,
        help_text="The name under which the rows appear among sources. It is made where it is missing.",
    )  # fmt: skip


class WritingForm(forms.Form):
    encoding: Any = forms.ChoiceField(label="Encoding", choices=list(ENCODINGS.items()))
    delimiter: Any = forms.ChoiceField(
        label="Columns are parted by", choices=list(DELIMITERS.items())
    )

    def __init__(self, *args: Any, upload: Upload, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["encoding"].initial = upload.encoding
        self.fields["delimiter"].initial = upload.delimiter
        if upload.form != Upload.Form.CSV:
            del self.fields["delimiter"]


class ColumnRow(NamedTuple):
    """One column as the form shows it."""

    column: str
    cells: Sequence[str]
    use: forms.BoundField
    name: forms.BoundField
    type: forms.BoundField


class MappingForm(forms.Form):
    event: Any = forms.CharField(
        label="Event name", max_length=200, required=False,
        help_text="For rows without a name of their own, such as “Order Completed”.",
    )  # fmt: skip
    decimal: Any = forms.ChoiceField(label="Decimals", choices=[(".", "1.5"), (",", "1,5")])
    thousands: Any = forms.ChoiceField(
        label="Thousands", required=False,
        choices=[("", "1234"), (",", "1,234"), (".", "1.234"), (" ", "1 234"), ("'", "1'234")],
    )  # fmt: skip
    dates: Any = forms.ChoiceField(
        label="Dates",
        choices=[("iso", "2026-01-31 (ISO 8601)"), ("day_first", "31/01/2026, day first"),
                 ("month_first", "01/31/2026, month first"), ("unix", "Seconds since 1970")],
    )  # fmt: skip
    time_zone: Any = forms.CharField(
        label="Time zone", max_length=64,
        help_text="Of times that name none, such as Europe/Berlin.",
    )  # fmt: skip

    def __init__(
        self, *args: Any, kind: str, columns: Sequence[Column], formats: Formats, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.columns = columns[:MOST_COLUMNS]
        self.kind = Kind(kind)
        for name in FORMAT_FIELDS:
            self.fields[name].initial = getattr(formats, name)
        if self.kind == Kind.PEOPLE:
            del self.fields["event"]
        about = _PEOPLE if self.kind == Kind.PEOPLE else _EVENTS
        uses = [(Use.IGNORE, "Leave out"), ("Who it is", _IDENTITY_CHOICES), *about]
        for number, column in enumerate(self.columns):
            self._add_column(number, column, uses)

    def _add_column(self, number: int, column: Column, uses: Sequence[Any]) -> None:
        self.fields[f"use-{number}"] = forms.ChoiceField(
            choices=uses, initial=column.use, label=f"{column.column} is used as"
        )
        self.fields[f"name-{number}"] = forms.CharField(
            max_length=200, required=False, initial=column.name, label=f"Name of {column.column}"
        )
        self.fields[f"type-{number}"] = forms.ChoiceField(
            choices=_TYPES, initial=column.type, label=f"Type of {column.column}"
        )
        for field, style in (("use", "input"), ("name", "input"), ("type", "input")):
            widget = self.fields[f"{field}-{number}"].widget
            widget.attrs.update(
                {"class": style, "aria-label": str(self.fields[f"{field}-{number}"].label)}
            )

    def rows(self, sample: Sequence[dict[str, Any]]) -> list[ColumnRow]:
        """Return the columns with their first cells."""
        return [
            ColumnRow(
                column.column, _cells(sample, column.column),
                self[f"use-{number}"], self[f"name-{number}"], self[f"type-{number}"],
            )
            for number, column in enumerate(self.columns)
        ]  # fmt: skip

    def mapping(self) -> dict[str, Any]:
        """Return what was chosen, as JSON; columns that are left out are not part of it."""
        chosen = self.cleaned_data
        columns = []
        for number, column in enumerate(self.columns):
            use = chosen[f"use-{number}"]
            if use == Use.IGNORE:
                continue
            name = chosen[f"name-{number}"]
            if use != Use.CONSENT:
                name = (name or column.column) if use in NAMED else ""
            columns.append({"column": column.column, "use": use, "name": name[:200],
                            "type": chosen[f"type-{number}"]})  # fmt: skip
        formats = {name: chosen[name] for name in FORMAT_FIELDS}
        return {
            "kind": self.kind.value, "columns": columns, "event": chosen.get("event", ""),
            "formats": formats,
        }  # fmt: skip


class PullForm(forms.Form):
    name: Any = forms.CharField(label="Name", max_length=100)
    url: Any = forms.CharField(
        label="Address of the database", max_length=1_000, widget=forms.PasswordInput(render_value=True),
        help_text="postgresql://user:password@host:5432/name?sslmode=require, or mysql:// for MySQL and "
        "MariaDB. It is stored encrypted; use a user that may only read.",
    )  # fmt: skip
    query: Any = forms.CharField(
        label="Query", max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="One SELECT. Where it says :watermark, the newest value of the last run stands: "
        "SELECT id, email, updated_at FROM customers WHERE updated_at >= :watermark",
    )  # fmt: skip
    kind: Any = forms.ChoiceField(
        label="A row is", choices=[("people", "a person"), ("events", "an event of a person")]
    )
    watermark_column: Any = forms.CharField(
        label="Column of the watermark", max_length=100, required=False,
        help_text="A column that only grows, such as updated_at or id.",
    )  # fmt: skip
    watermark: Any = forms.CharField(
        label="Watermark of the first run", max_length=200, required=False,
        help_text="From where on rows are read at first, such as 2026-01-01 or 0.",
    )  # fmt: skip
    every_minutes: Any = forms.IntegerField(
        label="Every so many minutes", min_value=1, max_value=MOST_MINUTES, initial=60
    )
    source: Any = forms.CharField(
        label="Source", max_length=100, initial="Pulls",
        help_text="The name under which the rows appear among sources.",
    )  # fmt: skip
    starts_journeys: Any = forms.BooleanField(
        required=False, label="Its rows may start journeys (never those older than a day)"
    )


def open_mapping_form(
    posted: Any, *, kind: str, sample: Sample, kept: Mapped[str, Any]
) -> MappingForm:
    """Return the form of a mapping: what is kept, or what names and first cells suggest."""
    columns = suggest_mapping(sample.columns, sample.rows, kind=Kind(kind))
    formats, event = suggest_formats(sample.rows), ""
    if kept:
        mapping = Mapping.model_validate(kept)
        chosen = {column.column: column for column in mapping.columns}
        ignored: dict[str, Any] = {"use": Use.IGNORE, "name": ""}
        columns = [chosen.get(c.column, c.model_copy(update=ignored)) for c in columns]
        formats, event = mapping.formats, mapping.event
    return MappingForm(
        posted, kind=kind, columns=columns, formats=formats, initial={"event": event}
    )


def _cells(sample: Sequence[dict[str, Any]], column: str) -> list[str]:
    cells = [row[column] for row in sample if row.get(column) not in (None, "")]
    return [str(cell)[:60] for cell in cells[:_SHOWN_CELLS]]
