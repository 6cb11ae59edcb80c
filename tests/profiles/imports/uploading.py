"""Uploads for tests: stored, mapped, worked on and drained in this process."""

import io
from datetime import UTC, datetime
from typing import Any

from profiles.imports.models import Upload
from profiles.imports.services import uploads
from profiles.imports.services.working import work_uploads
from profiles.touchpoints.services.draining import drain_inbox

# The inbox has partitions for these days only.
NOW = datetime.now(UTC)
ACTOR = "user:1"


def column(name: str, use: str, named: str = "", kind: str = "text") -> dict[str, str]:
    return {"column": name, "use": use, "name": named, "type": kind}


def people(*columns: dict[str, str], **formats: str) -> dict[str, Any]:
    return {"kind": "people", "columns": list(columns), "formats": formats}


def events(*columns: dict[str, str], event: str = "", **formats: str) -> dict[str, Any]:
    return {"kind": "events", "columns": list(columns), "event": event, "formats": formats}


def send(body: bytes | str, mapping: dict[str, Any], *, name: str = "people.csv") -> Upload:
    """Upload a file, map it and check it."""
    content = body.encode() if isinstance(body, str) else body
    upload = uploads.create_upload(
        io.BytesIO(content), name=name, kind=mapping["kind"], source="Uploads", actor=ACTOR, now=NOW
    )
    return check(upload, mapping)


def check(upload: Upload, mapping: dict[str, Any]) -> Upload:
    uploads.start_check(upload.key, mapping=mapping, actor=ACTOR, now=NOW)
    work_uploads(now=NOW)
    return again(upload)


def take_in(upload: Upload) -> Upload:
    """Import a checked upload to its end and store what it put into the inbox."""
    uploads.start_import(upload.key, actor=ACTOR, now=NOW)
    work_uploads(now=NOW)
    drain_inbox(now=NOW)
    return again(upload)


def again(upload: Upload) -> Upload:
    return Upload.objects.get(pk=upload.pk)


def problems(upload: Upload) -> list[tuple[int, str, str]]:
    return list(upload.problems.order_by("row", "id").values_list("row", "column", "message"))
