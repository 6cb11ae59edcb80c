"""A worker that is killed in the middle of an import: every row is taken in exactly once."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection

from profiles.imports.models import Upload
from profiles.imports.services import uploads
from profiles.imports.services.working import work_uploads
from profiles.models import Customer, Touchpoint
from profiles.touchpoints.services.draining import drain_inbox
from tests.database import address_of
from tests.profiles.imports.uploading import ACTOR, NOW, column, events, send

ROWS = 6_000
WORKER = """
import django; django.setup()
from datetime import UTC, datetime
from profiles.imports.services import working
working.BATCH_ROWS = 50
print("working", flush=True)
working.work_uploads(now=datetime.now(UTC), seconds=60)
"""


@pytest.mark.django_db(transaction=True)
def test_every_row_is_taken_in_once_though_workers_are_killed():
    text = "u,n\n" + "".join(f"u{n % 500},{n}\n" for n in range(ROWS))
    mapping = events(column("u", "user_id"), column("n", "property", "n", "number"), event="Came")
    upload = send(text, mapping)
    uploads.start_import(upload.key, actor=ACTOR, now=NOW)
    seen = [_kill_after(upload, rows=rows) for rows in (200, 1_000)]
    assert 200 <= seen[0] < seen[1] < ROWS
    while work_uploads(now=NOW):
        drain_inbox(now=NOW)
    drain_inbox(now=NOW)
    assert Upload.objects.get(pk=upload.pk).accepted == ROWS
    numbers = Touchpoint.objects.values_list("properties__n", flat=True)
    assert sorted(numbers) == list(range(ROWS))
    assert Customer.objects.count() == 500


def _kill_after(upload: Upload, *, rows: int) -> int:
    """Let a worker of its own take in some rows, kill it, and return how many are committed."""
    env = {**os.environ, "DATABASE_URL": address_of(connection.settings_dict["NAME"]),
           "DJANGO_SETTINGS_MODULE": "mcps_site.settings.test"}  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", WORKER], env=env, cwd=settings.BASE_DIR) as worker:
        for _ in range(1_000):
            if Upload.objects.get(pk=upload.pk).accepted >= rows:
                break
            time.sleep(0.02)
            drain_inbox(now=NOW)
        worker.send_signal(signal.SIGKILL)
    assert worker.returncode == -signal.SIGKILL
    return Upload.objects.get(pk=upload.pk).accepted
