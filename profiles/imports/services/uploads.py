"""What people do with uploads: send, map, check, start, stop, go on, discard."""

from collections.abc import Mapping as Mapped
from datetime import datetime, timedelta
from typing import IO, Any
from uuid import UUID

from django.db import transaction
from pydantic import ValidationError

from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import wake
from kernel.ids import new_key
from profiles.imports import queries
from profiles.imports.models import Upload, UploadPerson
from profiles.imports.rules.mapping import Mapping
from profiles.imports.rules.sniffing import DELIMITERS, ENCODINGS
from profiles.imports.services.files import form_of, store_file
from profiles.imports.services.reading import guess_format, read_sample
from profiles.touchpoints.models import Source

DEFAULT_SOURCE = "Uploads"
# A file with personal data that nobody went on with is not kept longer.
KEPT_FOR = timedelta(days=7)
_Status = Upload.Status


def find_source(name: str, *, now: datetime) -> Source:
    """Return the import source of a name, which is made where it is missing.

    Raises:
        Invalid: the name is empty or too long, or belongs to a source of another kind.
    """
    name = name.strip()
    if not name or len(name) > 100:
        raise Invalid("source", "Give the source a name of 1 to 100 letters.")
    source, _ = Source.objects.get_or_create(
        name=name, defaults={"key": new_key(now=now), "kind": Source.Kind.IMPORT}
    )
    if source.kind != Source.Kind.IMPORT:
        raise Invalid("source", f"“{name}” is a source of another kind. Choose another name.")
    return source


def create_upload(
    file: IO[bytes], *, name: str, kind: str, source: str, actor: str, now: datetime
) -> Upload:
    """Store a file as a draft and guess how it is written; one transaction.

    Raises:
        Invalid: it has no form that can be read, is empty, too large or damaged.
    """
    form = form_of(name)
    if kind not in Upload.Kind.values:
        raise Invalid("kind", "Choose people or events.")
    with transaction.atomic():
        upload = Upload.objects.create(
            key=new_key(now=now), source=find_source(source, now=now), file_name=name[-255:],
            form=form, kind=kind, created_by=actor, digest="",
        )  # fmt: skip
        store_file(upload, file)
        guess_format(upload)
        read_sample(upload)
        upload.save()
        record(actor=actor, verb="created", object_type="upload", object_id=upload.id,
               after={"form": form.value, "kind": kind, "size": upload.size}, now=now)  # fmt: skip
    return upload


def find_twin(upload: Upload) -> Upload | None:
    """Return the newest other upload of the very same content that was taken in, or `None`."""
    imported = [_Status.RUNNING, _Status.STOPPED, _Status.FINISHED]
    twins = Upload.objects.filter(digest=upload.digest, status__in=imported).exclude(id=upload.id)
    return twins.order_by("-id").first()


def change_format(key: UUID, *, encoding: str, delimiter: str, actor: str, now: datetime) -> Upload:
    """Say how a text file is written; what was mapped before is forgotten.

    Raises:
        Invalid: an unknown encoding or delimiter, or nothing can be read that way.
    """
    if encoding not in ENCODINGS:
        raise Invalid("encoding", "Choose one of the encodings.")
    with transaction.atomic():
        upload = _lock(key, _Status.DRAFT, _Status.CHECKED)
        if upload.form == Upload.Form.CSV and delimiter not in DELIMITERS:
            raise Invalid("delimiter", "Choose what parts the columns.")
        upload.encoding, upload.delimiter = encoding, delimiter
        read_sample(upload)
        upload.mapping, upload.status = {}, _Status.DRAFT
        upload.save()
        record(actor=actor, verb="changed", object_type="upload", object_id=upload.id,
               after={"encoding": encoding, "delimiter": delimiter}, now=now)  # fmt: skip
    return upload


def start_check(key: UUID, *, mapping: Mapped[str, Any], actor: str, now: datetime) -> Upload:
    """Set what the columns mean and count in the background what an import would do.

    Raises:
        Invalid: the mapping cannot be used; the text says why.
        Conflict: the upload is being imported or has ended.
    """
    checked = read_mapping(mapping)
    with transaction.atomic():
        upload = _lock(key, _Status.DRAFT, _Status.CHECKED)
        if checked.kind != upload.kind:
            raise Invalid("kind", f"This file is of {upload.kind}.")
        upload.mapping = checked.model_dump(mode="json")
        _begin(upload, _Status.CHECKING, now=now)
        record(actor=actor, verb="mapped", object_type="upload", object_id=upload.id, now=now)
    wake("profiles.work_uploads")
    return upload


def start_import(key: UUID, *, actor: str, now: datetime) -> Upload:
    """Take a checked file in, in the background, from its first row.

    Raises:
        Conflict: it is not checked, or the check found no row that can be used.
    """
    with transaction.atomic():
        upload = _lock(key, _Status.CHECKED)
        if not upload.accepted:
            raise Conflict("No row of this file can be used. Change the mapping first.")
        upload.rows_total = upload.read
        _begin(upload, _Status.RUNNING, now=now)
        record(actor=actor, verb="started", object_type="upload", object_id=upload.id,
               after={"rows": upload.rows_total}, now=now)  # fmt: skip
    wake("profiles.work_uploads")
    return upload


def stop_upload(key: UUID, *, actor: str, now: datetime) -> Upload:
    """Stop a check or an import after the batch it is in; an import can go on later.

    Raises:
        Conflict: it is neither being checked nor imported.
    """
    with transaction.atomic():
        upload = _lock(key, _Status.CHECKING, _Status.RUNNING)
        was_running = upload.status == _Status.RUNNING
        upload.status = _Status.STOPPED if was_running else _Status.DRAFT
        upload.save()
        record(actor=actor, verb="stopped", object_type="upload", object_id=upload.id,
               after={"read": upload.read}, now=now)  # fmt: skip
    return upload


def resume_import(key: UUID, *, actor: str, now: datetime) -> Upload:
    """Go on with a stopped import behind the last row that was taken in.

    Raises:
        Conflict: it is not stopped, or its file was deleted meanwhile.
    """
    with transaction.atomic():
        upload = _lock(key, _Status.STOPPED)
        if not upload.pieces.exists():
            days = KEPT_FOR.days
            raise Conflict(f"The file was deleted after {days} days. Send it again; give the rows "
                           "an id column, and those taken in before are left out.")  # fmt: skip
        upload.status = _Status.RUNNING
        upload.save()
        record(actor=actor, verb="resumed", object_type="upload", object_id=upload.id,
               after={"read": upload.read}, now=now)  # fmt: skip
    wake("profiles.work_uploads")
    return upload


def discard_upload(key: UUID, *, actor: str, now: datetime) -> None:
    """Delete an upload of which nothing was taken in, with its file.

    Raises:
        Conflict: an import of it has begun.
    """
    with transaction.atomic():
        upload = _lock(key, _Status.DRAFT, _Status.CHECKED)
        record(actor=actor, verb="discarded", object_type="upload", object_id=upload.id, now=now)
        upload.delete()


def forget_files(*, now: datetime) -> int:
    """Delete files of uploads that have ended, or were left for a week. Safe to run twice."""
    with transaction.atomic():
        return queries.forget_pieces(before=now - KEPT_FOR)


def read_mapping(mapping: Mapped[str, Any]) -> Mapping:
    """Return a mapping from its JSON.

    Raises:
        Invalid: it cannot be used; the field is the path of the first error.
    """
    try:
        return Mapping.model_validate(mapping)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(part) for part in first["loc"])
        message = str(first["msg"]).removeprefix("Value error, ")
        raise Invalid(path or "columns", message) from None


def get_upload(key: UUID) -> Upload:
    """Return an upload.

    Raises:
        NotFound: there is none.
    """
    upload = Upload.objects.select_related("source").filter(key=key).first()
    if upload is None:
        raise NotFound("There is no such upload.")
    return upload


def _lock(key: UUID, *expected: str) -> Upload:
    upload = Upload.objects.select_for_update(of=("self",)).filter(key=key).first()
    if upload is None:
        raise NotFound("There is no such upload.")
    if upload.status not in expected:
        state = upload.get_status_display().lower()
        raise Conflict(f"This is not possible now: the upload is {state}. Load the page again.")
    return upload


def _begin(upload: Upload, status: str, *, now: datetime) -> None:
    upload.problems.all().delete()
    UploadPerson.objects.filter(upload=upload).delete()
    upload.status, upload.failure, upload.started_at, upload.ended_at = status, "", now, None
    upload.position = upload.read = upload.accepted = upload.rejected = 0
    if status == _Status.CHECKING:
        upload.new_people = upload.known_people = 0
        upload.rows_total = None
    upload.save()
