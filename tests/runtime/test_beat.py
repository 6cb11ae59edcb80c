import threading

import pytest

from mcps_site.beat import LOCK_KEY, wait_for_lock
from mcps_site.heartbeats import open_link

pytestmark = pytest.mark.django_db(transaction=True)


def test_second_beat_stands_by_until_the_first_is_gone():
    first = wait_for_lock(every_seconds=0.01)
    taken = threading.Event()
    second = []

    def stand_by() -> None:
        second.append(wait_for_lock(every_seconds=0.01))
        taken.set()

    thread = threading.Thread(target=stand_by)
    thread.start()
    assert not taken.wait(0.2)
    first.close()
    assert taken.wait(5)
    thread.join()
    with open_link() as third:
        row = third.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone()
    assert row == (False,)
    second[0].close()
