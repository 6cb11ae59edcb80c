"""A worker that is killed in the middle of an import: every row is taken in exactly once."""

import os
import signal
import subprocess
import sys

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
import os, signal, sys
import django; django.setup()
from datetime import UTC, datetime
from profiles.imports.services import working
take, last = working._take, int(sys.argv[1])

def take_and_die(upload, batch, **keywords):
    take(upload, batch, **keywords)
    if upload.accepted > last:
        os.kill(os.getpid(), signal.SIGKILL)

working.BATCH_ROWS, working._take = 50, take_and_die
working.work_uploads(now=datetime.now(UTC), seconds=600)
"""
"""Takes rows in and dies in a batch that is written, but not committed."""


@pytest.mark.django_db(transaction=True)
def test_every_row_is_taken_in_once_though_workers_are_killed():
    text = "u,n\n" + "".join(f"u{n % 500},{n}\n" for n in range(ROWS))
    mapping = events(column("u", "user_id"), column("n", "property", "n", "number"), event="Came")
    upload = send(text, mapping)
    uploads.start_import(upload.key, actor=ACTOR, now=NOW)
    assert [_work_until_killed(upload, row) for row in (200, 1_000)] == [200, 1_000]
    while work_uploads(now=NOW):
        drain_inbox(now=NOW)
    drain_inbox(now=NOW)
    assert Upload.objects.get(pk=upload.pk).accepted == ROWS
    numbers = Touchpoint.objects.values_list("properties__n", flat=True)
    assert sorted(numbers) == list(range(ROWS))
    assert Customer.objects.count() == 500


def _work_until_killed(upload: Upload, row: int) -> int:
    """Let a worker of its own die behind that row and return how many rows are committed."""
    env = {**os.environ, "DATABASE_URL": address_of(connection.settings_dict["NAME"]),
           "DJANGO_SETTINGS_MODULE": "mcps_site.settings.test"}  # fmt: skip
    command = [sys.executable, "-c", WORKER, str(row)]
    ended = subprocess.run(command, env=env, cwd=settings.BASE_DIR, check=False)
    assert ended.returncode == -signal.SIGKILL
    return Upload.objects.get(pk=upload.pk).accepted
