"""The side panel's forms: a node to fields, and fields back to a node."""

from typing import Any, Final

from django import forms

from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.conditions_text import (
    Unreadable,
    read_conditions,
    write_conditions,
)
from campaigns.journeys.rules.documents import DraftNode
from campaigns.journeys.rules.words import DAYS

UNITS: Final = ((60, "minutes"), (3_600, "hours"), (86_400, "days"))
_YEAR = 366 * 86_400
_EVENT_LIST = {"list": "events", "autocomplete": "off"}


class ConditionLines(forms.CharField):
    """Conditions on properties, one to a line."""

    def __init__(self) -> None:
        super().__init__(
            label="Only if",
            required=False,
            widget=forms.Textarea(attrs={"rows": 2, "placeholder": "total at least 50"}),
            help_text="One condition to a line, on the event's properties: is, is not, at least, "
            "at most, more than, less than, contains, exists.",
        )

    def clean(self, value: Any) -> Any:
        """Read the lines."""
        try:
            return read_conditions(super().clean(value))
        except Unreadable as unreadable:
            raise forms.ValidationError(str(unreadable)) from None


class NodeForm(forms.Form):
    """Fields of one node. `fill` writes them into the node; what it does not show stays."""

    def __init__(self, node: DraftNode, known: Known, posted: Any = None) -> None:
        super().__init__(posted, initial=None, auto_id="node_%s", label_suffix="")
        self.node = node
        self.build(known)
        self.fields["note"] = forms.CharField(
            label="Note", required=False, max_length=200, initial=node.get("note", ""),
            help_text="For colleagues; shown on the step.",
        )  # fmt: skip

    def build(self, known: Known) -> None:
        """Add the fields of this node."""

    def values(self) -> dict[str, Any]:
        """Return the changed parts of the node."""
        return {}

    def fill(self) -> DraftNode:
        """Return the node as the fields say."""
        changed = {**self.node, **self.values(), "note": self.cleaned_data["note"]}
        if not changed["note"]:
            del changed["note"]
        return changed


class EntryForm(NodeForm):
    """Triggers, who starts, entering again. A trigger without a kind is dropped."""

    def build(self, known: Known) -> None:
        """Add a row for each trigger and an empty one."""
        triggers = self.node.get("triggers") or []
        self.rows = len(triggers) + (1 if len(triggers) < 10 else 0)
        for place in range(self.rows):
            self._add_trigger(place, triggers[place] if place < len(triggers) else {}, known)
        self.fields["reentry"] = forms.ChoiceField(
            label="Entering again", initial=self.node.get("reentry", "never"),
            choices=[("never", "Never"), ("after_exit", "After leaving")],
        )  # fmt: skip
        self.fields["starts"] = forms.ChoiceField(
            label="Who starts at publishing", initial=self.node.get("starts", "future"),
            choices=[("future", "Only those who come from then on"),
                     ("current_and_future", "Also everybody in the segment now")],
        )  # fmt: skip

    def _add_trigger(self, place: int, trigger: dict[str, Any], known: Known) -> None:
        kinds = [("", "No trigger"), ("touchpoint", "They do something"),
                 ("segment_entered", "They enter a segment"), ("event", "The product reports")]  # fmt: skip
        number = "" if self.rows == 1 else f" {place + 1}"
        self.fields[f"kind_{place}"] = forms.ChoiceField(
            label=f"Trigger{number}", choices=kinds, required=False, initial=trigger.get("kind", "")
        )
        self.fields[f"event_{place}"] = forms.CharField(
            label="Event", required=False, max_length=200, initial=trigger.get("event", ""),
            widget=forms.TextInput(attrs=_EVENT_LIST),
        )  # fmt: skip
        self.fields[f"match_{place}"] = ConditionLines()
        self.initial[f"match_{place}"] = write_conditions(trigger.get("match") or [])
        self.fields[f"segment_{place}"] = forms.TypedChoiceField(
            label="Segment", required=False, coerce=int, empty_value=None,
            choices=[("", "Choose a segment"), *known.segments.items()],
            initial=trigger.get("segment_id", ""),
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the triggers that have a kind."""
        data = self.cleaned_data
        triggers: list[dict[str, Any]] = []
        for place in range(self.rows):
            kind = data[f"kind_{place}"]
            if kind == "segment_entered":
                triggers.append({"kind": kind, "segment_id": data[f"segment_{place}"]})
            elif kind:
                event, match = data[f"event_{place}"], data[f"match_{place}"]
                triggers.append({"kind": kind, "event": event, "match": match})
        return {"triggers": triggers, "reentry": data["reentry"], "starts": data["starts"]}


class SendForm(NodeForm):
    """The template and the priority."""

    def build(self, known: Known) -> None:
        """Add template and priority."""
        self.fields["template"] = forms.ChoiceField(
            label="Template", required=False, initial=self.node.get("template", ""),
            choices=[("", "Choose a template"), *known.templates.items()],
            help_text="Consent, caps and quiet hours are checked at the moment of sending.",
        )  # fmt: skip
        self.fields["priority"] = forms.IntegerField(
            label="Priority", min_value=-100, max_value=100, initial=self.node.get("priority", 0),
            help_text="Under a cap the message of the highest priority is sent.",
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return template and priority."""
        data = self.cleaned_data
        return {"template": data["template"], "priority": data["priority"]}


class SpanFields:
    """A length of time as an amount and a unit."""

    @staticmethod
    def add(form: forms.Form, seconds: int, *, label: str) -> None:
        """Add the two fields."""
        unit = next((size for size, _ in reversed(UNITS) if seconds % size == 0), 60)
        form.fields["amount"] = forms.DecimalField(
            label=label, min_value=0, max_value=_YEAR, max_digits=8, decimal_places=2,
            initial=f"{seconds / unit:g}",
        )  # fmt: skip
        form.fields["unit"] = forms.TypedChoiceField(
            label="Unit", coerce=int, choices=UNITS, initial=unit
        )

    @staticmethod
    def seconds(form: forms.Form) -> int:
        """Return the length in seconds."""
        seconds: int = round(form.cleaned_data["amount"] * form.cleaned_data["unit"])
        return seconds


class WaitForm(NodeForm):
    """A length of time."""

    def build(self, known: Known) -> None:
        """Add amount and unit."""
        SpanFields.add(self, self.node.get("seconds") or 0, label="Wait for")

    def values(self) -> dict[str, Any]:
        """Return the seconds."""
        return {"seconds": SpanFields.seconds(self)}


class ConditionForm(NodeForm):
    """What they did since they entered; a rule that is there already is kept as it is."""

    def build(self, known: Known) -> None:
        """Add the event, its conditions and the count; a rule can only be replaced."""
        happened = self.node.get("happened_since_entry") or {}
        self.fields["event"] = forms.CharField(
            label="Did they do this since they entered?", required=False, max_length=200,
            initial=happened.get("event", ""), widget=forms.TextInput(attrs=_EVENT_LIST),
            help_text="Leave it empty to keep the rule." if self.node.get("rule") else "",
        )  # fmt: skip
        self.fields["match"] = ConditionLines()
        self.initial["match"] = write_conditions(happened.get("match") or [])
        self.fields["at_least"] = forms.IntegerField(
            label="At least this often", min_value=1, max_value=1000,
            initial=happened.get("at_least", 1),
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the question."""
        data = self.cleaned_data
        if self.node.get("rule") and not data["event"]:
            return {}
        happened = {key: data[key] for key in ("event", "match", "at_least")}
        return {"rule": None, "happened_since_entry": happened}


class SplitForm(NodeForm):
    """Names and shares. A branch without a name is dropped; the empty row adds one."""

    def build(self, known: Known) -> None:
        """Add a row for each branch and an empty one."""
        branches = self.node.get("branches") or []
        self.rows = len(branches) + (1 if len(branches) < 10 else 0)
        for place in range(self.rows):
            branch = branches[place] if place < len(branches) else {}
            self.fields[f"name_{place}"] = forms.CharField(
                label=f"Branch {place + 1}", required=False, max_length=64,
                initial=branch.get("name", ""),
            )  # fmt: skip
            self.fields[f"percent_{place}"] = forms.FloatField(
                label="Percent", required=False, min_value=0, max_value=100,
                initial=branch.get("percent", ""),
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the branches that have a name."""
        data, old = self.cleaned_data, self.node.get("branches") or []
        return {
            "branches": [
                {"name": data[f"name_{place}"], "percent": data[f"percent_{place}"] or 0,
                 "next": old[place]["next"] if place < len(old) else "?"}
                for place in range(self.rows) if data[f"name_{place}"]
            ]
        }  # fmt: skip


class HoldForm(NodeForm):
    """The awaited events and the timeout. An event without a branch name is dropped."""

    def build(self, known: Known) -> None:
        """Add a row for each event and an empty one, then the timeout."""
        branches = self.node.get("branches") or []
        self.rows = len(branches) + (1 if len(branches) < 10 else 0)
        for place in range(self.rows):
            branch = branches[place] if place < len(branches) else {}
            self.fields[f"name_{place}"] = forms.CharField(
                label=f"Branch {place + 1}", required=False, max_length=64,
                initial=branch.get("name", ""),
            )  # fmt: skip
            self.fields[f"event_{place}"] = forms.CharField(
                label="When this happens", required=False, max_length=200,
                initial=branch.get("event", ""), widget=forms.TextInput(attrs=_EVENT_LIST),
            )  # fmt: skip
            self.fields[f"match_{place}"] = ConditionLines()
            self.initial[f"match_{place}"] = write_conditions(branch.get("match") or [])
        SpanFields.add(self, self.node.get("seconds") or 0, label="Wait at most")
        self.fields["since"] = forms.ChoiceField(
            label="What counts", initial=self.node.get("since", "arrival"),
            choices=[("arrival", "From arriving at this step"), ("entry", "From entering the journey")],
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the events that have a branch name, and the timeout."""
        data, old = self.cleaned_data, self.node.get("branches") or []
        branches = [
            {"name": data[f"name_{place}"], "event": data[f"event_{place}"],
             "match": data[f"match_{place}"],
             "next": old[place]["next"] if place < len(old) else "?"}
            for place in range(self.rows) if data[f"name_{place}"]
        ]  # fmt: skip
        return {"branches": branches, "seconds": SpanFields.seconds(self), "since": data["since"]}


class WaitUntilForm(NodeForm):
    """The time of day, the weekdays and the zone of those whose own is unknown."""

    def build(self, known: Known) -> None:
        """Add the three fields."""
        self.fields["at"] = forms.TimeField(
            label="Time of day", initial=self.node.get("at", "10:00"),
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            help_text="On the person's own clock.",
        )  # fmt: skip
        self.fields["weekdays"] = forms.TypedMultipleChoiceField(
            label="Only on", required=False, coerce=int, choices=list(enumerate(DAYS)),
            initial=self.node.get("weekdays") or [], widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
        self.fields["zone"] = forms.CharField(
            label="Time zone where theirs is unknown", initial=self.node.get("zone", "UTC"),
            max_length=64,
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the time of day, the weekdays and the zone."""
        data = self.cleaned_data
        at = data["at"].strftime("%H:%M")
        return {"at": at, "weekdays": data["weekdays"], "zone": data["zone"]}


class ChooseForm(NodeForm):
    """Names and segments. A way without a name is dropped."""

    def build(self, known: Known) -> None:
        """Add a row for each way and an empty one."""
        branches = self.node.get("branches") or []
        self.rows = len(branches) + (1 if len(branches) < 10 else 0)
        for place in range(self.rows):
            branch = branches[place] if place < len(branches) else {}
            self.fields[f"name_{place}"] = forms.CharField(
                label=f"Branch {place + 1}", required=False, max_length=64,
                initial=branch.get("name", ""),
            )  # fmt: skip
            self.fields[f"segment_{place}"] = forms.ChoiceField(
                label="For people in", required=False, initial=branch.get("segment", ""),
                choices=[("", "Choose a segment"), *known.segment_keys.items()],
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the ways that have a name."""
        data, old = self.cleaned_data, self.node.get("branches") or []
        return {
            "branches": [
                {"name": data[f"name_{place}"], "segment": data[f"segment_{place}"],
                 "next": old[place]["next"] if place < len(old) else "?"}
                for place in range(self.rows) if data[f"name_{place}"]
            ]
        }  # fmt: skip


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


class ExitForm(NodeForm):
    """Only the note."""


FORMS: Final[dict[str, type[NodeForm]]] = {
    "entry": EntryForm,
    "send": SendForm,
    "wait": WaitForm,
    "condition": ConditionForm,
    "split": SplitForm,
    "hold": HoldForm,
    "wait_until": WaitUntilForm,
    "choose": ChooseForm,
    "emit": EmitForm,
    "exit": ExitForm,
}


class NewJourneyForm(forms.Form):
    """A name, and what to start from."""

    name = forms.CharField(label="Name", max_length=120)
    sample = forms.CharField(widget=forms.HiddenInput, required=False)


class SettingsForm(forms.Form):
    """What belongs to the journey as a whole: the holdout, a goal, an exit rule."""

    holdout_percent = forms.FloatField(
        label="Holdout percent", min_value=0, max_value=50,
        help_text="This share enters, is measured, and never gets a message of this journey.",
    )  # fmt: skip
    goal_event = forms.CharField(
        label="Goal", required=False, max_length=200, widget=forms.TextInput(attrs=_EVENT_LIST),
        help_text="Who does this has converted and leaves at once.",
    )  # fmt: skip
    goal_match = ConditionLines()
    exit_event = forms.CharField(
        label="Exit rule", required=False, max_length=200, widget=forms.TextInput(attrs=_EVENT_LIST),
        help_text="Who does this leaves at once, without counting as converted.",
    )  # fmt: skip
    exit_match = ConditionLines()

    def __init__(self, definition: dict[str, Any], posted: Any = None) -> None:
        self.leaves = definition.get("leaves") or []
        initial = {"holdout_percent": definition.get("holdout_percent", 10)}
        for name, is_goal in (("goal", True), ("exit", False)):
            first: dict[str, Any] = next(
                (rule for rule in self.leaves if rule["is_goal"] is is_goal), {}
            )
            initial[f"{name}_event"] = first.get("event", "")
            initial[f"{name}_match"] = write_conditions(first.get("match") or [])
        super().__init__(posted, initial=initial, auto_id="settings_%s", label_suffix="")

    def values(self) -> dict[str, Any]:
        """Return the settings; goals and exits beyond the first of each stay."""
        data = self.cleaned_data
        leaves: list[dict[str, Any]] = []
        for name, is_goal in (("goal", True), ("exit", False)):
            event, match = data[f"{name}_event"], data[f"{name}_match"]
            if event:
                leaves.append({"event": event, "match": match, "is_goal": is_goal})
            leaves += [rule for rule in self.leaves if rule["is_goal"] is is_goal][1:]
        return {"holdout_percent": data["holdout_percent"], "leaves": leaves}
