"""What happens with new touchpoints: their events, properties and libraries become known."""

from kernel.events import Bounds
from profiles.schema import queries


def discover_events(bounds: Bounds) -> None:
    """Add a batch of touchpoints to what is known; one statement, in the caller's transaction."""
    queries.discover(bounds)
