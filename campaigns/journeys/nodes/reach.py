"""Reach: the way of the channel a person prefers, among those on which they may be reached."""

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from campaigns.contracts import Channel
from campaigns.journeys.nodes.base import EngineRow, Node, NodeName


class ChannelWay(BaseModel):
    """One channel and its way."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Channel
    next: str = NodeName


class Reach(Node):
    """The preferred channel where it reaches them, else the first in order that does.

    A channel reaches somebody with an address that is not suppressed and consent for the topic;
    `trait` names the preference.
    """

    type: Literal["reach"] = "reach"
    branches: list[ChannelWay] = Field(min_length=1, max_length=9)
    trait: str = Field(default="preferred_channel", max_length=100)
    topic: str = Field(default="", max_length=64)
    otherwise: str = NodeName

    @model_validator(mode="after")
    def _has_each_channel_once(self) -> Self:
        names = [branch.name for branch in self.branches]
        if len(set(names)) < len(names):
            raise ValueError("two ways have the same channel")
        return self

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return the channels in order, then the way of those nobody may reach."""
        return [*((b.name.value, b.next) for b in self.branches), ("otherwise", self.otherwise)]

    def engine_row(self) -> EngineRow:
        """Python asks."""
        return EngineRow(act="ask")

    def params(self) -> dict[str, Any]:
        """Return the channels in order, the trait and the topic."""
        channels = [branch.name.value for branch in self.branches]
        return {"channels": channels, "trait": self.trait, "topic": self.topic}
