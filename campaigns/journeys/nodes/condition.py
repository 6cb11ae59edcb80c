"""Condition: yes or no, by a rule about the person or by what they did since they entered."""

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from campaigns.journeys.nodes.base import EngineRow, Node, NodeName
from campaigns.journeys.nodes.matching import Match, json_path


class Happened(BaseModel):
    """Something the person did since they entered this journey."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event: str = Field(min_length=1, max_length=200)
    match: list[Match] = Field(default_factory=list, max_length=10)
    at_least: int = Field(default=1, ge=1, le=1000)


class Condition(Node):
    """Exactly one of `rule` (a rule tree of segments), `happened_since_entry` and `context`.

    `context` compares what the journey knows: `event.total` of the entering event, or
    `answers.lookup.score` of a webhook.
    """

    type: Literal["condition"] = "condition"
    rule: dict[str, Any] | None = None
    happened_since_entry: Happened | None = None
    context: list[Match] = Field(default_factory=list, max_length=10)
    yes: str = NodeName
    no: str = NodeName

    @model_validator(mode="after")
    def _has_one_question(self) -> Self:
        asked = [self.rule is not None, self.happened_since_entry is not None, bool(self.context)]
        if sum(asked) != 1:
            raise ValueError("give one of rule, happened_since_entry and context")
        return self

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return yes, then no."""
        return [("yes", self.yes), ("no", self.no)]

    def engine_row(self) -> EngineRow:
        """Python asks."""
        return EngineRow(act="ask")

    def params(self) -> dict[str, Any]:
        """Return the question, with its filter as a JSON path."""
        if self.context:
            return {"context": json_path(self.context)}
        if self.happened_since_entry is None:
            return {"rule": self.rule}
        happened = self.happened_since_entry
        return {
            "event": happened.event,
            "path": json_path(happened.match),
            "at_least": happened.at_least,
        }
