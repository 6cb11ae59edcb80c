"""Update: set traits of the person."""

from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from campaigns.journeys.nodes.base import EngineRow, OneWay

# These name people: changing them could make one person of two.
IDENTIFYING: Final = frozenset({"email", "phone"})


class Setting(BaseModel):
    """One trait with its new value: a value, none to remove it, or what the entering event said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trait: str = Field(min_length=1, max_length=100)
    value: str | float | int | bool | None = None
    from_event: str = Field(default="", max_length=100)


class Update(OneWay):
    """Set some traits, once for each visit; each is a touchpoint on the timeline."""

    type: Literal["update"] = "update"
    settings: list[Setting] = Field(min_length=1, max_length=10)

    @model_validator(mode="after")
    def _names_nobody(self) -> Self:
        names = [setting.trait for setting in self.settings]
        wrong = next((name for name in names if name in IDENTIFYING), None)
        if wrong:
            raise ValueError(f"“{wrong}” tells people apart; a journey cannot change it")
        if len(set(names)) < len(names):
            raise ValueError("two lines set the same attribute")
        return self

    def engine_row(self) -> EngineRow:
        """Python records."""
        return EngineRow(act="ask")

    def params(self) -> dict[str, Any]:
        """Return what is set."""
        return {"settings": [setting.model_dump(mode="json") for setting in self.settings]}
