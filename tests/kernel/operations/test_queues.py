from datetime import UTC, datetime, timedelta

import pytest

from kernel.operations import queues
from kernel.operations.queues import Depth, list_queues, register_queue

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def registry():
    with queues._queues.opened() as opened:
        yield opened


def test_registered_queue_is_listed_with_its_depth_and_age(registry):
    depth = Depth(waiting=3, oldest_at=NOW - timedelta(seconds=90))
    register_queue("test.outbox", "Messages", lambda: depth)
    found = next(queue for queue in list_queues() if queue.name == "test.outbox")
    assert (found.label, found.depth.waiting, found.seconds(now=NOW)) == ("Messages", 3, 90)


@pytest.mark.parametrize(("waiting", "oldest_at"), [
    (0, NOW - timedelta(days=1)),
    (5, None),
    (5, NOW + timedelta(hours=1)),
])  # fmt: skip
def test_work_that_is_not_due_has_no_age(registry, waiting, oldest_at):
    register_queue("test.timers", "Timers", lambda: Depth(waiting=waiting, oldest_at=oldest_at))
    found = next(queue for queue in list_queues() if queue.name == "test.timers")
    assert found.seconds(now=NOW) == 0


def test_two_queues_of_one_name_are_refused(registry):
    register_queue("test.outbox", "Messages", lambda: Depth(waiting=0, oldest_at=None))
    with pytest.raises(RuntimeError, match="registered twice"):
        register_queue("test.outbox", "Mail", lambda: Depth(waiting=0, oldest_at=None))
