"""Asking for exports, links to their files, and the end of the files."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from kernel import tokens
from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import wake
from kernel.ids import new_key
from profiles.directory.selectors import find_matches
from profiles.exports import queries
from profiles.exports.models import Export
from profiles.segments.models import Segment

log = structlog.get_logger()

KEPT_FOR: Final = timedelta(days=7)
LINK_FOR: Final = timedelta(hours=1)
# One worker makes them one after the other: more would wait for hours.
MOST_WAITING: Final = 20
_SCOPE: Final = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for; nothing narrowed means everybody.

    `search` is any id in full, a name or an address, as in the list of people.
    """

    what: str
    form: str
    segment_key: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    seen_since: datetime | None = None
    is_known: bool | None = None
    search: str = ""


def ask_export(wish: Wish, *, actor: str, now: datetime) -> Export:
    """Put an export on the list of those to be made; audited.

    Raises:
        Invalid: the segment is unknown, the search finds nobody, or the times fit no export of
            this kind.
        Conflict: too many wait already.
    """
    segment, found = _check(wish), _search(wish.search)
    with transaction.atomic():
        if Export.objects.filter(status=Export.Status.WAITING, turn=0).count() >= MOST_WAITING:
            raise Conflict(
                f"{MOST_WAITING} exports wait already. Ask again when some of them are ready."
            )
        export = Export.objects.create(
            key=new_key(now=now), what=wish.what, segment=segment, since=wish.since,
            until=wish.until, seen_since=wish.seen_since, is_known=wish.is_known, form=wish.form,
            found_ids=found,
            newest_id=queries.find_newest_id(), created_by=actor, created_at=now,
        )  # fmt: skip
        record(
            actor=actor, verb="exported", object_type="export", object_id=export.key, now=now,
            after={
                "what": wish.what, "format": wish.form,
                "segment": str(segment.key) if segment else None,
                "from": wish.since and wish.since.isoformat(),
                "until": wish.until and wish.until.isoformat(),
                "seen_since": wish.seen_since and wish.seen_since.isoformat(),
                "known": wish.is_known, "found": None if found is None else len(found),
            },
        )  # fmt: skip
    wake("profiles.make_exports")
    return export


def make_token(export: Export, *, actor: str, now: datetime) -> str:
    """Return a token that opens the file of a ready export for an hour."""
    payload = {"export": str(export.key), "actor": actor}
    return tokens.sign(_SCOPE, payload, expires_at=now + LINK_FOR)


def open_file(token: str, *, now: datetime) -> tuple[Export, "File[bytes]"]:
    """Return the file a token is for; each call is audited under who asked for the link.

    Raises:
        Forbidden: the token was changed or is too old.
        NotFound: the file is not ready, or is gone.
    """
    payload = tokens.open_token(_SCOPE, token, now=now)
    return download(payload["export"], actor=payload["actor"], now=now)


def download(key: UUID | str, *, actor: str, now: datetime) -> tuple[Export, "File[bytes]"]:
    """Return an export and its file; audited.

    Raises:
        NotFound: the file is not ready, or is gone.
    """
    export = Export.objects.filter(key=key, status=Export.Status.READY).first()
    name = export.file_name(export.turn) if export else ""
    if export is None or not default_storage.exists(name):
        raise NotFound("This file is not there. Look at the export's state, or ask for a new one.")
    record(
        actor=actor, verb="downloaded", object_type="export", object_id=export.key, now=now,
    )  # fmt: skip
    return export, default_storage.open(name)


def delete_export(key: UUID, *, actor: str, now: datetime) -> None:
    """Delete an export's file before its time, or give up making it; audited.

    A second call changes nothing.

    Raises:
        NotFound: there is no such export.
    """
    with transaction.atomic():
        export = Export.objects.select_for_update().filter(key=key).first()
        if export is None:
            raise NotFound("There is no such export.")
        if export.status == Export.Status.DELETED:
            return
        _forget(export)
        record(actor=actor, verb="deleted", object_type="export", object_id=export.key, now=now)


def forget_exports(*, now: datetime) -> int:
    """Delete the files of exports asked for a week ago; return how many. Safe to run twice."""
    old = Export.objects.filter(created_at__lt=now - KEPT_FOR)
    keys = old.exclude(status=Export.Status.DELETED).values_list("pk", flat=True)[:1_000]
    for pk in keys:
        with transaction.atomic():
            _forget(Export.objects.select_for_update().get(pk=pk))
    if keys:
        log.info("exports.forgotten", exports=len(keys))
    return len(keys)


def delete_files(export: Export, *, upto: int) -> None:
    """Delete the files of an export's turns up to one; those that are gone are no error."""
    for turn in range(1, upto + 1):
        default_storage.delete(export.file_name(turn))


def _forget(export: Export) -> None:
    """End an export; who is at work on it finds its turn over."""
    delete_files(export, upto=export.turn)
    export.status, export.leased_until = Export.Status.DELETED, None
    export.save(update_fields=["status", "leased_until"])


def _search(text: str) -> list[int] | None:
    if not text.strip():
        return None
    found = find_matches(text.strip(), is_masked=False)
    if not found:
        raise Invalid("search", "This search finds nobody. Try it in the list of profiles.")
    return found


def _check(wish: Wish) -> Segment | None:
    given = {"from": wish.since, "until": wish.until}
    if wish.what != Export.What.TOUCHPOINTS:
        for name in (name for name, at in given.items() if at):
            raise Invalid(name, f"People have no {name}. Leave it out, or ask for touchpoints.")
    if wish.since and wish.until and wish.since >= wish.until:
        raise Invalid("until", "It must lie after from. Choose a later instant.")
    if wish.segment_key is None:
        return None
    segment = Segment.objects.filter(key=wish.segment_key, status="live").first()
    if segment is None:
        raise Invalid("segment", "There is no live segment of this key. GET /api/v1/segments/ "
                      "lists them; leave it out for everybody.")  # fmt: skip
    return segment
