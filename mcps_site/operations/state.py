"""The state of the installation, gathered for one page."""

import shutil
from dataclasses import dataclass
from datetime import datetime

from kernel.events.lag import Lag, list_lags
from kernel.events.models import Parked
from kernel.heartbeats.selectors import Pulse, list_pulses
from kernel.operations.database import DatabaseState, TableSize, describe_database, list_tables
from kernel.operations.parts import Part, check_parts
from kernel.operations.queues import QueueState, list_queues
from mcps_site.runtime import places

# What fits on a page; the admin has all of them.
SHOWN_PARKED = 50
SHOWN_TABLES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One subscriber of a fact log, and for how long its oldest unread fact has waited."""

    lag: Lag
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One queue, and for how long its oldest work has been due."""

    state: QueueState
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The disk that holds the data folder."""

    total: int
    free: int

    @property
    def used_percent(self) -> float:
        """How full it is."""
        return 100 * (self.total - self.free) / self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything the operations page shows."""

    parts: list[Part]
    pulses: list[Pulse]
    readers: list[Reader]
    parked: list[Parked]
    queues: list[Queue]
    database: DatabaseState
    disk: Disk
    tables: list[TableSize]

    @property
    def failing(self) -> list[Part]:
        """The parts that do not work."""
        return [part for part in self.parts if not part.is_ok]


def read_state(*, now: datetime) -> State:
    """Gather the state. A few small statements and one for each subscriber and queue."""
    parked = Parked.objects.filter(replayed_at=None).order_by("-id")
    space = shutil.disk_usage(places.data_dir())
    return State(
        parts=check_parts(now=now),
        pulses=list_pulses(now=now),
        readers=[Reader(lag=lag, seconds=lag.seconds(now=now)) for lag in list_lags()],
        parked=list(parked[:SHOWN_PARKED]),
        queues=[Queue(state=queue, seconds=queue.seconds(now=now)) for queue in list_queues()],
        database=describe_database(),
        disk=Disk(total=space.total, free=space.free),
        tables=list_tables(most=SHOWN_TABLES),
    )
