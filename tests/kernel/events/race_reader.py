"""A reader process of the race test: copies the log `race` until it is killed."""

import sys
import time

import django
from django.conf import settings


def main(database: str, batch: int) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.db import connection
    from django.utils import timezone

    from kernel.events.reading import run_all_due
    from kernel.events.registry import logs, register_log, subscribe, subscribers

    with logs.opened(), subscribers.opened(emptied=True):
        register_log("race", "race_log")

        @subscribe("race", name="race.copy", batch=batch)
        def copy(bounds, *, now):
            with connection.cursor() as cursor:
                print("in", flush=True)
                cursor.execute(
                    """INSERT INTO race_seen (fact_id, customer, step)
                    SELECT id, customer, step FROM race_log
                    WHERE (xid, id) > (%(after_xid)s::xid8, %(after_id)s)
                    AND (xid, id) <= (%(upto_xid)s::xid8, %(upto_id)s) ORDER BY xid, id""",
                    bounds.params,
                )
            time.sleep(0.002)  # a wide window in which the work is done and not yet committed

        while True:
            if run_all_due(now=timezone.now()) == 0:
                time.sleep(0.002)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
