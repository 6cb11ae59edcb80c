"""What a rule speaks of: the index that finds which segments a new fact concerns."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["event", "trait", "any_event", "consent", "segment", "created"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing a rule speaks of; `any_event` and `consent` carry no name."""

    kind: Kind
    name: str = ""
