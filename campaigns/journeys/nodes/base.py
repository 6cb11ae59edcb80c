"""What every node of a journey has: an id, a type, outlets, and the row the engine reads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

NodeName = Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_]*$")
Target: TypeAlias = Annotated[str, NodeName]
"""Where an outlet that may be missing leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRow:
    """How the engine treats a node. `act`: see `JourneyNode`.

    `reason` is what the step log says when somebody leaves; a split and an ask say it themselves.
    """

    act: str
    reason: str = ""
    bounds: list[int] = field(default_factory=list)
    delay: timedelta | None = None
    priority: int = 0


class Node(BaseModel):
    """Base of all node types."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = NodeName
    note: str = Field(default="", max_length=500)

    @property
    def engine_type(self) -> str:
        """By which name the engine finds who decides here."""
        return str(getattr(self, "type"))  # noqa: B009 (each type of node has its own literal)

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return name and target of each outlet, in the order staff see them."""
        raise NotImplementedError

    def engine_row(self) -> EngineRow:
        """Return what the engine needs to know."""
        raise NotImplementedError

    def params(self) -> dict[str, Any]:
        """Return what Python needs when it decides here."""
        return {}


class OneWay(Node):
    """A node with a single outlet."""

    next: str = NodeName

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return the only way on."""
        return [("next", self.next)]
