"""Exit: the end of a way."""

from collections.abc import Sequence
from typing import Literal

from campaigns.journeys.nodes.base import EngineRow, Node


class Exit(Node):
    """People who arrive here have finished."""

    type: Literal["exit"] = "exit"

    def outlets(self) -> Sequence[tuple[str, str]]:
        """There is no way on."""
        return []

    def engine_row(self) -> EngineRow:
        """Finish on arrival."""
        return EngineRow(act="exit")
