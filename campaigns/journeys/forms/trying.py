"""The form of a try: who runs through the draft, how they enter, and what is chosen on the way."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from django import forms

from campaigns.contracts import Channel
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.definition import Definition
from campaigns.journeys.rules.simulation import Question, UnreadableLine, read_values
from campaigns.journeys.services.sandbox import MadePerson
from campaigns.journeys.services.trying import Try
from profiles import facade as profiles
from profiles.contracts import CustomerId, IdentityRef

MADE_UP: Final = UUID(int=1)
_ADA: Final = "first_name = Ada\nemail = ada@example.com\nphone = +15550100"
_LINES: Final = {"rows": 3}


class ValueLines(forms.CharField):
    """Names and values, one to a line."""

    def __init__(self, *, example: str, **settings: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs=_LINES), **settings)
        self.example = example

    def clean(self, value: Any) -> Any:
        """Read the lines."""
        try:
            return read_values(super().clean(value), example=self.example)
        except UnreadableLine as unreadable:
            raise forms.ValidationError(str(unreadable)) from None


class TryForm(forms.Form):
    """Somebody known or made up; `ask` adds what can be chosen at the steps on the way."""

    person = forms.CharField(
        label="A known person", required=False,
        help_text="An e-mail address or a user id. Leave it empty to make somebody up.",
    )  # fmt: skip
    traits = ValueLines(
        label="Or somebody made up", example="first_name = Ada", initial=_ADA,
        help_text="Attributes, one to a line: first_name = Ada",
    )  # fmt: skip
    time_zone = forms.CharField(label="Time zone", required=False, initial="UTC", max_length=64)
    channels = forms.MultipleChoiceField(
        label="Gave consent to", required=False, initial=["email", "push"],
        choices=[(item.value, item.value) for item in Channel],
    )  # fmt: skip
    segments = forms.TypedMultipleChoiceField(label="Is in segments", required=False, coerce=int)
    trigger = forms.TypedChoiceField(label="Enters by", coerce=int, initial=0)
    event = ValueLines(
        label="Properties of the entering event", example="total = 50",
        help_text="One to a line: total = 50. What the entry asks for is filled in.",
    )  # fmt: skip

    def __init__(
        self, definition: Definition, known: Known, posted: Any = None, *, may_see_people: bool
    ) -> None:
        super().__init__(posted, label_suffix="")
        self.posted = posted or {}
        fields: Any = self.fields
        fields["segments"].choices = list(known.segments.items())
        fields["trigger"].choices = [
            (place, _say(trigger, known)) for place, trigger in enumerate(definition.entry.triggers)
        ]
        if not may_see_people:
            del self.fields["person"]
        if not known.segments:
            del self.fields["segments"]
        if len(definition.entry.triggers) == 1:
            self.fields["trigger"].widget = forms.HiddenInput()

    def ask(self, questions: Sequence[Question]) -> None:
        """Add the choices at the steps that the try met."""
        for question in questions:
            self.fields[f"at_{question.node}"] = forms.ChoiceField(
                label=f"At “{question.node}”", required=False, choices=question.options
            )

    def clean_time_zone(self) -> str:
        """Refuse a zone that no clock knows."""
        zone: str = self.cleaned_data["time_zone"]
        if zone and zone not in available_timezones():
            raise forms.ValidationError(
                "There is no such time zone. Write for example Europe/Berlin."
            )
        return zone

    def clean_person(self) -> CustomerId | None:
        """Find the known person."""
        text: str = self.cleaned_data["person"].strip()
        if not text:
            return None
        kind = "email" if "@" in text else "user_id"
        found = profiles.find_customer(IdentityRef(kind=kind, value=text))
        if found is None:
            raise forms.ValidationError("We know nobody by this. Check the spelling.")
        return found.id

    def wanted(self) -> Try:
        """Return the try that the form asks for; before it is sent, the one it begins with."""
        data = self.cleaned_data if self.is_bound else self._initial()
        known = data.get("person")
        made = MadePerson(
            key=MADE_UP, traits=data["traits"], time_zone=data["time_zone"] or None,
            channels=tuple(data["channels"]), segments=tuple(data.get("segments") or ()),
        )  # fmt: skip
        chosen = {
            name.removeprefix("at_"): value
            for name, value in self.posted.items()
            if name.startswith("at_")
        }
        return Try(
            person=known or made, trigger=data["trigger"], properties=data["event"], choices=chosen
        )

    def _initial(self) -> dict[str, Any]:
        return {
            "traits": read_values(_ADA, example=""), "time_zone": "UTC",
            "channels": ["email", "push"], "trigger": 0, "event": {},
        }  # fmt: skip


def _say(trigger: Any, known: Known) -> str:
    words: str = trigger.kind.replace("_", " ").capitalize()
    name = getattr(trigger, "event", "") or known.segments.get(
        getattr(trigger, "segment_id", 0), ""
    )
    return f"{words}: {name}" if name else words
