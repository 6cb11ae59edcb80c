"""Plugin: a step that another app brings, by the key under which it registered it."""

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from campaigns.extension_points import journey_node_types
from campaigns.journeys.nodes.base import EngineRow, Node, NodeName


class PluginWay(BaseModel):
    """One outcome and its way."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=64)
    next: str = NodeName


class Plugin(Node):
    """Each outcome that the step's kind names has a way; `settings` are what the kind asks for."""

    type: Literal["plugin"] = "plugin"
    kind: str = Field(min_length=1, max_length=32)
    settings: dict[str, Any] = Field(default_factory=dict)
    branches: list[PluginWay] = Field(min_length=1, max_length=10)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        kind = journey_node_types.find(self.kind)
        if kind is None:
            raise ValueError(f"no app brings a step “{self.kind}”")
        try:
            kind.params_type.model_validate(self.settings)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"]))
            said = first["msg"].removeprefix("Value error, ")
            raise ValueError(f"settings.{place}: {said}") from None
        names = tuple(branch.name for branch in self.branches)
        if names != kind.outlets:
            raise ValueError(f"its ways are {', '.join(kind.outlets)}, in this order")
        return self

    @property
    def engine_type(self) -> str:
        """The kind decides."""
        return self.kind

    def outlets(self) -> Sequence[tuple[str, str]]:
        """Return the outcomes in order."""
        return [(branch.name, branch.next) for branch in self.branches]

    def engine_row(self) -> EngineRow:
        """The other app answers."""
        return EngineRow(act="ask")

    def params(self) -> dict[str, Any]:
        """Return the settings."""
        return self.settings
