"""What a rule speaks of: the index that finds which segments a new fact concerns."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["event", "trait", "consent", "segment", "field", "made"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing a rule speaks of."""

    kind: Kind
    name: str = ""
