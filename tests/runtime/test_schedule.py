import pytest
from django_celery_beat.models import PeriodicTask

from mcps_site.celery import app
from mcps_site.schedule import PERIODIC, Periodic
from mcps_site.schedule_sync import RETIRED, Synced, sync_schedule

pytestmark = pytest.mark.django_db

SEND = Periodic("Send", "campaigns.send_due", 2)
ROLL = Periodic("Roll up", "analytics.roll_up", 60)


def test_second_sync_changes_nothing():
    assert sync_schedule([SEND, ROLL]) == Synced(2, 0, 0)
    assert sync_schedule([SEND, ROLL]) == Synced(0, 0, 0)


def test_operators_pause_survives_a_changed_interval():
    sync_schedule([SEND])
    PeriodicTask.objects.filter(name="Send").update(enabled=False, total_run_count=7)
    assert sync_schedule([Periodic("Send", "campaigns.send_due", 5)]) == Synced(0, 1, 0)
    row = PeriodicTask.objects.get(name="Send")
    assert (row.enabled, row.interval.every, row.total_run_count) == (False, 5, 7)


def test_row_declared_no_more_is_switched_off_and_kept():
    sync_schedule([SEND, ROLL])
    PeriodicTask.objects.filter(name="Roll up").update(total_run_count=9)
    assert sync_schedule([SEND]) == Synced(0, 0, 1)
    row = PeriodicTask.objects.get(name="Roll up")
    assert (row.enabled, row.description, row.total_run_count) == (False, RETIRED, 9)
    assert sync_schedule([SEND, ROLL]) == Synced(0, 1, 0)
    row.refresh_from_db()
    assert (row.enabled, row.total_run_count) == (True, 9)


def test_operators_own_row_is_left_alone():
    sync_schedule([SEND])
    own = PeriodicTask.objects.create(
        name="Mine", task="campaigns.send_due", interval=PeriodicTask.objects.get().interval
    )
    assert sync_schedule([SEND]) == Synced(0, 0, 0)
    own.refresh_from_db()
    assert own.enabled is True


def test_wake_up_that_waited_too_long_expires():
    sync_schedule([SEND, ROLL])
    expiry = dict(PeriodicTask.objects.values_list("name", "expire_seconds"))
    assert expiry == {"Send": 30, "Roll up": 60}


def test_every_declared_task_exists_and_each_name_is_used_once():
    app.loader.import_default_modules()
    names = [periodic.name for periodic in PERIODIC]
    assert sorted(set(names)) == sorted(names)
    assert [p.task for p in PERIODIC if p.task not in app.tasks] == []
