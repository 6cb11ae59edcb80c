"""The forms of the journey as a whole."""

from typing import Any, Final

from django import forms

from campaigns.journeys.forms.base import EVENT_LIST, ConditionLines
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.conditions_text import write_conditions
from campaigns.journeys.rules.documents import Document
from campaigns.journeys.rules.exchange import Unreadable, read_file
from campaigns.journeys.rules.specs import SpecDocument

MOST_BYTES: Final = 1_000_000


class NewJourneyForm(forms.Form):
    """A name, and what to start from: a sample, a file, or nothing."""

    name = forms.CharField(label="Name", max_length=120)
    sample = forms.CharField(widget=forms.HiddenInput, required=False)
    file = forms.FileField(
        label="Or from a file", required=False,
        help_text="A journey that was downloaded here or elsewhere, as JSON; its specs come along.",
    )  # fmt: skip

    def __init__(self, known: Known, posted: Any = None, files: Any = None) -> None:
        super().__init__(posted, files, label_suffix="")
        self.known = known

    def clean_file(self) -> tuple[Document, dict[str, SpecDocument]] | None:
        """Read the file; returns its definition and its specs."""
        file = self.cleaned_data["file"]
        if not file:
            return None
        if file.size > MOST_BYTES:
            raise forms.ValidationError("This file is larger than a journey can be (1 MB).")
        try:
            return read_file(file.read().decode("utf-8"), self.known)
        except (Unreadable, UnicodeDecodeError) as problem:
            text = str(problem) if isinstance(problem, Unreadable) else "This file is no text."
            raise forms.ValidationError(text) from None


class SettingsForm(forms.Form):
    """What belongs to the journey as a whole: the holdout, the goal, an exit rule."""

    holdout_percent = forms.FloatField(
        label="Holdout percent", min_value=0, max_value=50,
        help_text="This share enters, is measured, and never gets a message of this journey.",
    )  # fmt: skip
    goal_event = forms.CharField(
        label="Goal", required=False, max_length=200, widget=forms.TextInput(attrs=EVENT_LIST),
        help_text="What the journey is for. It is measured here and in the holdout alike.",
    )  # fmt: skip
    goal_match = ConditionLines()
    goal_days = forms.IntegerField(
        label="Within how many days of entering", min_value=1, max_value=365
    )
    goal_leaves = forms.BooleanField(
        label="Who reaches the goal leaves at once", required=False,
        help_text="A message of theirs that is still planned is held back.",
    )  # fmt: skip
    exit_event = forms.CharField(
        label="Exit rule", required=False, max_length=200, widget=forms.TextInput(attrs=EVENT_LIST),
        help_text="Who does this leaves at once, without counting as converted.",
    )  # fmt: skip
    exit_match = ConditionLines()

    def __init__(self, definition: dict[str, Any], posted: Any = None) -> None:
        self.leaves = definition.get("leaves") or []
        goal = definition.get("goal") or self._first(is_goal=True)
        exit_rule = self._first(is_goal=False)
        initial = {
            "holdout_percent": definition.get("holdout_percent", 10),
            "goal_event": goal.get("event", ""),
            "goal_match": write_conditions(goal.get("match") or []),
            "goal_days": goal.get("days", 14),
            "goal_leaves": goal.get("leaves", True),
            "exit_event": exit_rule.get("event", ""),
            "exit_match": write_conditions(exit_rule.get("match") or []),
        }
        self.keeps_goal_rule = bool(definition.get("goal"))
        super().__init__(posted, initial=initial, auto_id="settings_%s", label_suffix="")

    def values(self) -> dict[str, Any]:
        """Return the settings; goals and exits beyond the first of each stay."""
        data = self.cleaned_data
        goal = {
            "event": data["goal_event"], "match": data["goal_match"],
            "days": data["goal_days"], "leaves": data["goal_leaves"],
        }  # fmt: skip
        goals = [rule for rule in self.leaves if rule["is_goal"]]
        leaves = goals if self.keeps_goal_rule else goals[1:]
        if data["exit_event"]:
            first = {"event": data["exit_event"], "match": data["exit_match"], "is_goal": False}
            leaves = [*leaves, first]
        leaves += [rule for rule in self.leaves if not rule["is_goal"]][1:]
        return {
            "holdout_percent": data["holdout_percent"],
            "goal": goal if data["goal_event"] else None,
            "leaves": leaves,
        }

    def _first(self, *, is_goal: bool) -> dict[str, Any]:
        return next((rule for rule in self.leaves if rule["is_goal"] is is_goal), {})
