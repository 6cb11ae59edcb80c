"""Loop: go back to an earlier step, at most so many times."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from campaigns.journeys.nodes.base import EngineRow, Node, NodeName


class Loop(Node):
    """Lead by `again` until somebody was here `most` times, then by `next`."""

    type: Literal["loop"] = "loop"
    most: int = Field(default=3, ge=1, le=100)
    again: str = NodeName
    next: str = NodeName

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return the way back, then the way on."""
        return [("again", self.again), ("next", self.next)]

    def engine_row(self) -> EngineRow:
        """Python counts."""
        return EngineRow(act="ask")

    def params(self) -> dict[str, Any]:
        """Return how often."""
        return {"most": self.most}
