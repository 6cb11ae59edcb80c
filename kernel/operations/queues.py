"""Work that waits in tables. Apps register their queues; the operations page shows all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kernel.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How many pieces of work wait, and since when the oldest is due."""

    waiting: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """One queue as it is now."""

    name: str
    label: str
    depth: Depth

    def seconds(self, *, now: datetime) -> float:
        """Return for how long the oldest piece of work has been due."""
        oldest = self.depth.oldest_at
        return max(0.0, (now - oldest).total_seconds()) if oldest and self.depth.waiting else 0.0


ReadDepth = Callable[[], Depth]

_queues: Registry[tuple[str, ReadDepth]] = Registry("queue")


def register_queue(name: str, label: str, read: ReadDepth) -> None:
    """Add a queue, named `app.queue`; `read` is one cheap statement over an index.

    Call it from `AppConfig.ready()`.
    """
    _queues.register(name, (label, read))


def list_queues() -> list[QueueState]:
    """Return the state of every queue, in the order of registration. One statement each."""
    return [
        QueueState(name=name, label=label, depth=read()) for name, (label, read) in _queues.items()
    ]
