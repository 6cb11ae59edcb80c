"""The task reads until the log is settled, or until its time is used."""

import time

import pytest

from kernel.events import publish, tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def copier(make_copier, now, transactional_db):
    copier = make_copier(batch=2)
    for number in range(5):
        publish("bells.rung", subject=f"bell:{number}", payload={"bell": "a"}, now=now)
    return copier


def test_the_task_reads_to_the_end(copier):
    assert tasks.read_facts() == 5
    assert copier.batches == [2, 2, 1]
    assert tasks.read_facts() == 0


def test_the_task_stops_when_its_time_is_used_and_goes_on_next_time(copier, monkeypatch):
    monkeypatch.setattr(tasks, "_BUDGET_SECONDS", 0.0)
    assert [read_some(), read_some()] == [2, 2]
    assert copier.subjects() == ["bell:0", "bell:1", "bell:2", "bell:3"]


def read_some():
    """Read once there is something to read: transactions of tests beside this one hold facts back."""
    until = time.monotonic() + 30
    while not (read := tasks.read_facts()) and time.monotonic() < until:
        time.sleep(0.05)
    return read
