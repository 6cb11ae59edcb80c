"""A small file from upload to import in one call, for content that comes with the product."""

import hashlib
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kernel.errors import Conflict
from profiles.imports.models import Upload
from profiles.imports.services import uploads
from profiles.imports.services.working import work_uploads


def import_file(
    name: str, body: bytes, *, mapping: Mapping[str, Any], source: str, actor: str, now: datetime
) -> None:
    """Upload, check and import a file; see the facade."""
    if Upload.objects.filter(digest=hashlib.sha256(body).hexdigest(), source__name=source).exists():
        raise Conflict(f"The file “{name}” was imported already.")
    upload = uploads.create_upload(
        io.BytesIO(body), name=name, kind=mapping["kind"], source=source, actor=actor, now=now
    )
    uploads.start_check(upload.key, mapping=mapping, actor=actor, now=now)
    work_uploads(now=now)
    uploads.start_import(upload.key, actor=actor, now=now)
    work_uploads(now=now)
