"""Two workers run the same subscriber at the same moment."""

import pytest

from kernel.events import publish, run_subscriber
from kernel.testing import run_together, wait_until_settled

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_read_a_batch_once_and_do_not_wait_for_each_other(
    make_copier, now, transactional_db
):
    copier = make_copier()
    for number in range(3):
        publish("bells.rung", subject=f"bell:{number}", payload={"bell": "a"}, now=now)
    wait_until_settled()
    read = run_together(*[lambda: run_subscriber("test.copier", now=now)] * 4)
    assert sorted(read) == [0, 0, 0, 3]
    assert copier.batches == [3]


def test_what_a_call_raised_is_returned(transactional_db):
    def fail():
        raise ValueError("no")

    ok, failed = run_together(lambda: 1, fail)
    assert ok == 1
    assert isinstance(failed, ValueError)
