"""The forms of the steps that do something at once."""

import json
import re
from typing import Any, Final

from django import forms

from campaigns.journeys.forms.base import NodeForm
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.signing import call_secret

_FROM_EVENT: Final = re.compile(r"\{\{\s*event\.([^\s}]+)\s*\}\}")


class EmitForm(NodeForm):
    """The name of the event."""

    def build(self, known: Known) -> None:
        """Add the name."""
        self.fields["event"] = forms.CharField(
            label="Event", required=False, max_length=200, initial=self.node.get("event", "")
        )

    def values(self) -> dict[str, Any]:
        """Return the name."""
        return {"event": self.cleaned_data["event"]}


class UpdateForm(NodeForm):
    """The attributes and their values. A line without an attribute is dropped."""

    def build(self, known: Known) -> None:
        """Add a row for each attribute and an empty one."""
        settings = self.node.get("settings") or []
        self.rows = len(settings) + (1 if len(settings) < 10 else 0)
        for place in range(self.rows):
            setting = settings[place] if place < len(settings) else {}
            self.fields[f"trait_{place}"] = forms.CharField(
                label=f"Attribute {place + 1}", required=False, max_length=100,
                initial=setting.get("trait", ""),
            )  # fmt: skip
            self.fields[f"value_{place}"] = forms.CharField(
                label="Value", required=False, max_length=500, initial=_written(setting),
                help_text="Empty removes it. {{ event.total }} takes what the entering event said.",
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the lines that name an attribute."""
        data = self.cleaned_data
        return {
            "settings": [
                {"trait": data[f"trait_{place}"], **_read(data[f"value_{place}"])}
                for place in range(self.rows) if data[f"trait_{place}"]
            ]
        }  # fmt: skip


class WebhookForm(NodeForm):
    """The address, and which attributes go along."""

    def build(self, known: Known) -> None:
        """Add address and attributes."""
        self.fields["url"] = forms.CharField(
            label="Address", required=False, max_length=2_000, initial=self.node.get("url", ""),
            widget=forms.URLInput,
            help_text="Gets a POST with the person's key and the entering event, signed by the "
            f"Standard Webhooks with the secret {call_secret().get_secret_value()}. A JSON object in "
            "its answer is kept for conditions and messages.",
        )  # fmt: skip
        self.fields["traits"] = forms.CharField(
            label="Attributes that go along", required=False,
            initial=", ".join(self.node.get("traits") or []), help_text="Separated by commas.",
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return address and attributes."""
        traits = [part.strip() for part in self.cleaned_data["traits"].split(",")]
        return {"url": self.cleaned_data["url"], "traits": [part for part in traits if part]}


class ExitForm(NodeForm):
    """Only the note."""


def _written(setting: dict[str, Any]) -> str:
    if setting.get("from_event"):
        return f"{{{{ event.{setting['from_event']} }}}}"
    value = setting.get("value")
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _read(text: str) -> dict[str, Any]:
    """Return a value as JSON where it is a number or a truth, as text otherwise."""
    source = _FROM_EVENT.fullmatch(text.strip())
    if source:
        return {"value": None, "from_event": source[1]}
    try:
        value = json.loads(text)
    except ValueError:
        value = text or None
    return {"value": text if isinstance(value, list | dict) else value, "from_event": ""}
