"""The task reads until the log is settled, or until its time is used."""

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
    assert tasks.read_facts() == 2
    assert tasks.read_facts() == 2
    assert copier.subjects() == ["bell:0", "bell:1", "bell:2", "bell:3"]
