"""One typed function for each statement that holds, releases, moves or takes out people."""

from collections.abc import Sequence
from datetime import datetime

from kernel.sql import SqlFile, bigint_array

STOPPING = SqlFile(__file__, "stopping")


def lock_among() -> None:
    """Let this transaction move people beside others that do; it waits for who takes people out."""
    STOPPING.run("lock_among")


def lock_alone() -> None:
    """Keep everybody else from moving people until this transaction ends. Never after `lock_among`."""
    STOPPING.run("lock_alone")


def hold_timers() -> int:
    """Put away the timers of people in journeys that are paused and hold them; returns how many.

    The journeys are locked first, so that nobody is held in one that is being resumed.
    """
    journeys = [row[0] for row in STOPPING.run("lock_paused")]
    if not journeys:
        return 0
    lock_among()
    return STOPPING.count("hold_timers", {"journey_ids": bigint_array(journeys)})


def count_overdue(journey_id: int, *, now: datetime) -> int:
    """Return how many held people of a journey would have gone on already."""
    return int(STOPPING.value("count_overdue", {"journey_id": journey_id, "now": now}))


def release_timers(journey_id: int) -> int:
    """Give the held people of a journey their timers back; returns how many."""
    lock_among()
    return STOPPING.count("release_timers", {"journey_id": journey_id})


def take_out(
    journey_id: int, *, who: str, reason: str, now: datetime, at: tuple[int, int] = (0, 0),
    ids: Sequence[int] = (),
) -> int:  # fmt: skip
    """Take out `everybody`, those `overdue`, those `chosen` by `ids`, or those at a `node`; returns how many.

    A node is named by version and number; there `ids` may name some enrollments, and none means all.
    """
    lock_alone()
    params = {
        "journey_id": journey_id,
        "who": who,
        "reason": reason,
        "version_id": at[0],
        "node": at[1],
        "ids": bigint_array(ids),
        "now": now,
    }
    return int(STOPPING.value("take_out", params) or 0)


def move_to_version(
    journey_id: int, *, old: tuple[int, int], new: tuple[int, int], is_same: bool, now: datetime
) -> int:
    """Move the people at a version's node to a node of another version; returns how many."""
    params = {
        "journey_id": journey_id,
        "from_version": old[0],
        "from_node": old[1],
        "version_id": new[0],
        "node": new[1],
        "is_same": is_same,
        "now": now,
    }
    return int(STOPPING.value("move_to_version", params) or 0)
