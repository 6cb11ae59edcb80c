"""The form of a spec: given, when, then."""

from typing import Any

from django import forms
from pydantic import ValidationError

from campaigns.contracts import Channel
from campaigns.journeys.forms.trying import ValueLines
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.specs import (
    SpecDocument,
    Unreadable,
    read_then,
    read_when,
    write_then,
    write_when,
)

_LINES = {"rows": 3}


class SpecForm(forms.Form):
    """One spec in lines that read aloud."""

    name = forms.CharField(label="Name", max_length=120)
    traits = ValueLines(
        label="Given somebody with", example="first_name = Ada",
        help_text="Attributes, one to a line: first_name = Ada. Without an e-mail address none can be sent.",
    )  # fmt: skip
    channels = forms.MultipleChoiceField(
        label="who gave consent to", required=False,
        choices=[(item.value, item.value) for item in Channel],
    )  # fmt: skip
    segments = forms.MultipleChoiceField(label="and is in", required=False)
    entering = ValueLines(
        label="who enters by an event with", example="total = 50",
        help_text="What the entry's first trigger asks for is filled in.",
    )  # fmt: skip
    when = forms.CharField(
        label="When", required=False, widget=forms.Textarea(attrs=_LINES),
        help_text="One event to a line, counted from entering: after 3 h Order Completed total=50",
    )  # fmt: skip
    choices = ValueLines(
        label="and at steps that ask", example="mail = opened",
        help_text="What comes back, one step to a line: mail = opened",
    )  # fmt: skip
    then = forms.CharField(
        label="Then", widget=forms.Textarea(attrs=_LINES),
        help_text="One expectation to a line: sent mail by 2 h · not sent push · passes ask · "
        "not passes ask · ends goal_reached · ends done",
    )  # fmt: skip

    def __init__(
        self, known: Known, posted: Any = None, document: SpecDocument | None = None, name: str = ""
    ) -> None:
        super().__init__(posted, initial=_initial(document, name), label_suffix="")
        chosen: Any = self.fields["segments"]
        chosen.choices = [(name, name) for name in known.segments.values()]
        if not known.segments:
            del self.fields["segments"]

    def clean_when(self) -> Any:
        """Read the events."""
        return _read(read_when, self.cleaned_data["when"])

    def clean_then(self) -> Any:
        """Read the expectations."""
        return _read(read_then, self.cleaned_data["then"])

    def document(self) -> SpecDocument:
        """Return the spec as it is stored."""
        data = self.cleaned_data
        return SpecDocument(
            traits=data["traits"], channels=data["channels"], segments=data.get("segments") or [],
            entering=data["entering"], when=data["when"], then=data["then"],
            choices={name: str(value) for name, value in data["choices"].items()},
        )  # fmt: skip


def _read(reader: Any, text: str) -> Any:
    try:
        return reader(text)
    except Unreadable as unreadable:
        raise forms.ValidationError(str(unreadable)) from None
    except ValidationError as error:
        raise forms.ValidationError(error.errors()[0]["msg"]) from None


def _initial(document: SpecDocument | None, name: str) -> dict[str, Any]:
    if document is None:
        return {"traits": "email = ada@example.com", "channels": ["email"]}
    return {
        "name": name, "traits": _lines(document.traits), "channels": document.channels,
        "segments": document.segments, "entering": _lines(document.entering),
        "when": write_when(document.when), "choices": _lines(document.choices),
        "then": write_then(document.then),
    }  # fmt: skip


def _lines(values: dict[str, Any], before: str = "") -> str:
    """Return names and values one to a line, inner ones by their path."""
    return "\n".join(
        _lines(value, f"{before}{name}.")
        if isinstance(value, dict)
        else f"{before}{name} = {value}"
        for name, value in values.items()
    )
