"""How touchpoints are forgotten: whole months at a time, without a scan of the others."""

from datetime import datetime

from kernel.events.contracts import Position
from kernel.retention.contracts import Extent
from profiles.touchpoints import queries


class TouchpointRetention:
    """The log of touchpoints."""

    label = "Touchpoints"
    text = (
        "What people did and what we did to them. Whole months go once they are older; timelines, "
        "segments and figures no longer see them. People and their traits stay."
    )

    def measure(self) -> Extent:
        """Return where the oldest month begins, and what the log occupies."""
        return queries.measure_touchpoints()

    def forget(self, *, before: datetime, upto: Position) -> int:
        """Drop the months that ended before an instant and were read whole."""
        return queries.drop_old_months(before=before, upto=upto)
