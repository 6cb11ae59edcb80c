"""What a message asks for while it is put into words: segments, items of catalogs, coupon codes.

Nothing is fetched while Liquid renders. What is not known yet is noted, fetched for a whole batch
at once, and the messages that asked are rendered again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigns.catalogs.rules import ItemAsk

# Stands for a code until one is claimed; a message with it in never leaves.
PLACEHOLDER = "················"


class NoCodeLeft(Exception):
    """A coupon pool has no code for this message."""

    def __init__(self, pool: str) -> None:
        super().__init__(pool)
        self.pool = pool


@dataclass(slots=True, kw_only=True)
class Asks:
    """What one message asked for: the answers that are known, and what is still wanted."""

    segments: dict[str, bool] = field(default_factory=dict)
    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    codes: dict[str, str | None] = field(default_factory=dict)
    wanted_items: dict[str, ItemAsk] = field(default_factory=dict)
    wanted_codes: set[str] = field(default_factory=set)

    def is_in(self, segment: str) -> bool:
        """Say whether the person is in a segment."""
        return self.segments.get(segment, False)

    def find_items(self, ask: ItemAsk) -> list[dict[str, Any]]:
        """Return the items asked for; none, and a note, where they are not known yet."""
        if ask.key not in self.items:
            self.wanted_items[ask.key] = ask
            return []
        return self.items[ask.key]

    def find_code(self, pool: str) -> str:
        """Return the code of this message; a placeholder, and a note, where there is none yet.

        Raises:
            NoCodeLeft: the pool ran dry.
        """
        if pool not in self.codes:
            self.wanted_codes.add(pool)
            return PLACEHOLDER
        code = self.codes[pool]
        if code is None:
            raise NoCodeLeft(pool)
        return code

    def known(self) -> dict[str, Any]:
        """Return the answers as plain values, to be kept with the message; empty when there are none."""
        answers = {"segments": self.segments, "items": self.items, "codes": self.codes}
        return {name: values for name, values in answers.items() if values}


class Codes(Mapping[str, str]):
    """`{{ coupon.POOL }}`: a code is asked for only where the words really reach it."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks

    def __getitem__(self, pool: str) -> str:
        return self._asks.find_code(pool)

    def __iter__(self) -> Iterator[str]:
        return iter(self._asks.codes)

    def __len__(self) -> int:
        return len(self._asks.codes)
