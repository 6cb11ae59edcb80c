"""The forms of the steps at which ways part."""

from typing import Any, Final

from django import forms

from campaigns.contracts import Channel
from campaigns.journeys.forms.base import EVENT_LIST, BranchForm, ConditionLines, NodeForm
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.conditions_text import write_conditions

# A rule that was not written yet; publishing asks for it.
ANYBODY: Final[dict[str, Any]] = {}
ASKS: Final = (
    ("did", "What they did since they entered"),
    ("rule", "A rule about the person"),
    ("context", "What the journey knows: its event, kept answers"),
)


class ConditionForm(NodeForm):
    """What is asked: what they did, a rule about the person, or what the journey knows."""

    def build(self, known: Known) -> None:
        """Add the choice of a question and the fields of the chosen one; a rule has its own page."""
        node = self.node
        asks = (
            "rule" if node.get("rule") is not None else "context" if node.get("context") else "did"
        )
        self.fields["asks"] = forms.ChoiceField(
            label="Question", required=False, choices=ASKS, initial=asks
        )
        self.asked = (self.data.get("asks") if self.is_bound else asks) or "did"
        if self.asked == "did":
            self._add_happened(node.get("happened_since_entry") or {})
        if self.asked == "context":
            self.fields["context"] = ConditionLines()
            self.initial["context"] = write_conditions(node.get("context") or [])
        if self.asked == "rule":
            self.rules = [("", "Edit the rule")]

    def _add_happened(self, happened: dict[str, Any]) -> None:
        self.fields["event"] = forms.CharField(
            label="Did they do this since they entered?", required=False, max_length=200,
            initial=happened.get("event", ""), widget=forms.TextInput(attrs=EVENT_LIST),
        )  # fmt: skip
        self.fields["match"] = ConditionLines()
        self.initial["match"] = write_conditions(happened.get("match") or [])
        self.fields["at_least"] = forms.IntegerField(
            label="At least this often", min_value=1, max_value=1000,
            initial=happened.get("at_least", 1), required=False,
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the question."""
        data = self.cleaned_data
        nothing: dict[str, Any] = {"rule": None, "happened_since_entry": None, "context": []}
        if self.asked == "context":
            return {**nothing, "context": data["context"]}
        if self.asked == "rule":
            return {**nothing, "rule": self.node.get("rule") or ANYBODY}
        happened = {"event": data["event"], "match": data["match"]}
        return {**nothing, "happened_since_entry": {**happened, "at_least": data["at_least"] or 1}}


class SplitForm(BranchForm):
    """Names and shares."""

    def add_row(self, place: int, branch: dict[str, Any], known: Known) -> None:
        """Add the share."""
        self.fields[f"percent_{place}"] = forms.FloatField(
            label="Percent", required=False, min_value=0, max_value=100,
            initial=branch.get("percent", ""),
        )  # fmt: skip

    def read_row(self, place: int, branch: dict[str, Any]) -> dict[str, Any]:
        """Return the share."""
        return {"percent": self.cleaned_data[f"percent_{place}"] or 0}


class ChooseForm(BranchForm):
    """Names, and segments or rules of their own, which have a page."""

    def add_row(self, place: int, branch: dict[str, Any], known: Known) -> None:
        """Add the segment, or the link to the rule."""
        if branch and not branch.get("segment"):
            self.rules.append((str(place), f"Edit the rule of “{branch['name']}”"))
        self.fields[f"segment_{place}"] = forms.ChoiceField(
            label="For people in", required=False, initial=branch.get("segment") or "",
            choices=[("", "A rule of its own"), *known.segment_keys.items()],
        )  # fmt: skip

    def read_row(self, place: int, branch: dict[str, Any]) -> dict[str, Any]:
        """Return the segment, or the rule."""
        segment = self.cleaned_data[f"segment_{place}"] or None
        rule = None if segment else branch.get("rule") or ANYBODY
        return {"segment": segment, "rule": rule}


class ReachForm(NodeForm):
    """The channels, the trait that says which is preferred, the topic."""

    def build(self, known: Known) -> None:
        """Add the channels to choose from, in the order in which they are tried."""
        self.fields["channels"] = forms.MultipleChoiceField(
            label="Channels", choices=[(channel.value, channel.value) for channel in Channel],
            initial=[branch["name"] for branch in self.node.get("branches") or []],
            widget=forms.CheckboxSelectMultiple,
            help_text="The preferred one is taken where it reaches them, else the first that does.",
        )  # fmt: skip
        self.fields["trait"] = forms.CharField(
            label="Attribute with the preference", required=False, max_length=100,
            initial=self.node.get("trait", "preferred_channel"),
        )  # fmt: skip
        self.fields["topic"] = forms.CharField(
            label="Topic of the consent", required=False, max_length=64,
            initial=self.node.get("topic", ""), help_text="Empty means the channel as a whole.",
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return a way for each channel; those that were there keep theirs and their order."""
        data = self.cleaned_data
        old = {branch["name"]: branch for branch in self.node.get("branches") or []}
        kept = [branch for name, branch in old.items() if name in data["channels"]]
        new = [{"name": name, "next": "?"} for name in data["channels"] if name not in old]
        return {"branches": [*kept, *new], "trait": data["trait"], "topic": data["topic"]}


class LoopForm(NodeForm):
    """How often."""

    def build(self, known: Known) -> None:
        """Add the number."""
        self.fields["most"] = forms.IntegerField(
            label="Go back at most this many times", min_value=1, max_value=100,
            initial=self.node.get("most", 3),
            help_text="Lead “again” to an earlier step. Without a wait in between all of it "
            "happens at once.",
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the number."""
        return {"most": self.cleaned_data["most"]}
