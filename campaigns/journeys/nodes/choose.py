"""Choose: several ways, by segments or rules; the first that fits is taken."""

from collections.abc import Sequence
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from campaigns.journeys.nodes.base import EngineRow, Node, NodeName


class Choice(BaseModel):
    """One way, for the people of one segment or of a rule: exactly one of the two."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=64)
    segment: UUID | None = None
    rule: dict[str, Any] | None = None
    next: str = NodeName

    @model_validator(mode="after")
    def _has_one_question(self) -> Self:
        if (self.segment is None) == (self.rule is None):
            raise ValueError("choose a segment or give a rule for every branch")
        return self

    def as_rule(self) -> dict[str, Any]:
        """Return the question as a rule tree."""
        if self.rule is not None:
            return self.rule
        condition = {"kind": "segment", "segment": str(self.segment)}
        return {"version": 1, "root": {"kind": "group", "match": "all", "rules": [condition]}}


class Choose(Node):
    """The order of the ways matters; nobody is left over."""

    type: Literal["choose"] = "choose"
    branches: list[Choice] = Field(min_length=1, max_length=10)
    otherwise: str = NodeName

    @model_validator(mode="after")
    def _has_names_of_its_own(self) -> Self:
        names = [branch.name for branch in self.branches]
        if len(set(names)) < len(names) or "otherwise" in names:
            raise ValueError("two branches have the same name")
        return self

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return the ways in order, then the one for everybody else."""
        return [*((b.name, b.next) for b in self.branches), ("otherwise", self.otherwise)]

    def engine_row(self) -> EngineRow:
        """Python asks."""
        return EngineRow(act="ask")

    def params(self) -> dict[str, Any]:
        """Return the rules in order."""
        return {"rules": [branch.as_rule() for branch in self.branches]}
