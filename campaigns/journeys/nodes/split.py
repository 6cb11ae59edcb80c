"""Split: by chance, but the same person always goes the same way."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from campaigns.journeys.nodes.base import EngineRow, Node, NodeName


class Branch(BaseModel):
    """One way out, with the share of people who take it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=64)
    percent: float = Field(gt=0, le=100)
    next: str = NodeName


class Split(Node):
    """Two to ten branches whose shares are 100 percent together."""

    type: Literal["split"] = "split"
    branches: list[Branch] = Field(min_length=2, max_length=10)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        total = sum(round(branch.percent * 100) for branch in self.branches)
        if total != 10_000:
            raise ValueError(f"the branches are {total / 100:g} percent together, not 100")
        if len({branch.name for branch in self.branches}) < len(self.branches):
            raise ValueError("two branches have the same name")
        return self

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return the branches in order."""
        return [(branch.name, branch.next) for branch in self.branches]

    def engine_row(self) -> EngineRow:
        """Go by bucket; `bounds` holds the first bucket of each branch after the first."""
        ends = accumulate(round(branch.percent * 100) for branch in self.branches[:-1])
        return EngineRow(act="split", bounds=list(ends))
