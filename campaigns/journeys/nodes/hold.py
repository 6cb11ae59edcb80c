"""Hold: stay until something happens, or until the time is over. Woken by facts, never by polling."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from campaigns.journeys.nodes.base import EngineRow, Node, NodeName
from campaigns.journeys.nodes.matching import Match, json_path


class Awaited(BaseModel):
    """One event people may wait for, and where it leads."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=64)
    event: str = Field(min_length=1, max_length=200)
    match: list[Match] = Field(default_factory=list, max_length=10)
    next: str = NodeName


class Hold(Node):
    """The earliest of the awaited events decides. `since` says from when on events count.

    Where the entry has a key, only events with the same value count, unless `any_key`.
    """

    type: Literal["hold"] = "hold"
    branches: list[Awaited] = Field(min_length=1, max_length=10)
    seconds: int = Field(gt=0, le=366 * 86_400)
    since: Literal["arrival", "entry"] = "arrival"
    any_key: bool = False
    timeout: str = NodeName

    @model_validator(mode="after")
    def _has_names_of_its_own(self) -> Self:
        names = [branch.name for branch in self.branches]
        if len(set(names)) < len(names) or "timeout" in names:
            raise ValueError("two branches have the same name")
        return self

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return the events in order, then the timeout."""
        return [*((b.name, b.next) for b in self.branches), ("timeout", self.timeout)]

    def engine_row(self) -> EngineRow:
        """Look once on arrival, then sleep until a fact or the timeout."""
        return EngineRow(act="hold", reason="timed_out", delay=timedelta(seconds=self.seconds))

    def params(self) -> dict[str, Any]:
        """Return the awaited events, each with its filter as a JSON path."""
        awaited = [{"event": b.event, "path": json_path(b.match)} for b in self.branches]
        return {"branches": awaited, "since": self.since}
