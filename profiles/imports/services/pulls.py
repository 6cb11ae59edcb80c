"""What people do with pulls: make, map, pause, run at once, delete."""

from collections.abc import Mapping as Mapped
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from kernel.audit import record
from kernel.encryption import decrypt, encrypt
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import wake
from kernel.ids import new_key
from profiles.imports.models import Pull, Upload
from profiles.imports.services.databases import check_query, describe_place, open_rows
from profiles.imports.services.reading import Sample
from profiles.imports.services.uploads import find_source, read_mapping

MOST_MINUTES = 7 * 24 * 60
_PURPOSE = "pull.url"
_SAMPLE_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PullDraft:
    """What a pull asks, of whom, and how often."""

    name: str
    kind: str
    source: str
    url: str
    query: str
    every_minutes: int
    watermark_column: str = ""
    watermark: str = ""
    starts_journeys: bool = False


def create_pull(draft: PullDraft, *, actor: str, now: datetime) -> Pull:
    """Make a pull that rests until its columns are mapped; the query is asked once to try it.

    Raises:
        Invalid: the address, the query or a field cannot be used.
        Unavailable: the database does not answer, or refuses the query.
        Conflict: there is a pull of this name.
    """
    if not 1 <= draft.every_minutes <= MOST_MINUTES:
        raise Invalid("every_minutes", f"Choose 1 to {MOST_MINUTES:,} minutes.")
    if draft.kind not in Upload.Kind.values:
        raise Invalid("kind", "Choose people or events.")
    query, place = check_query(draft.query), describe_place(draft.url)
    if draft.watermark_column and not draft.watermark:
        raise Invalid("watermark", "Say from where the first run reads, such as 1970-01-01 or 0.")
    found = _ask(draft.url, query, draft.watermark)
    if draft.watermark_column and draft.watermark_column not in found.columns:
        raise Invalid("watermark_column", f"The query has no column “{draft.watermark_column}”; it "
                      f"has {', '.join(found.columns)}.")  # fmt: skip
    try:
        with transaction.atomic():
            pull = Pull.objects.create(
                key=new_key(now=now), name=draft.name.strip(), kind=draft.kind, place=place,
                source=find_source(draft.source, now=now), query=query,
                sealed_url=encrypt(draft.url.strip(), purpose=_PURPOSE),
                watermark_column=draft.watermark_column, watermark=draft.watermark,
                starts_journeys=draft.starts_journeys, every_minutes=draft.every_minutes,
                created_by=actor,
            )  # fmt: skip
            record(actor=actor, verb="created", object_type="pull", object_id=pull.id,
                   after={"name": pull.name, "place": place}, now=now)  # fmt: skip
    except IntegrityError:
        raise Conflict(f"There is a pull “{draft.name}” already. Choose another name.") from None
    return pull


def read_first_rows(pull: Pull) -> Sample:
    """Ask a pull's query and return its columns and first rows.

    Raises:
        Unavailable: the database does not answer, or refuses the query.
    """
    return _ask(open_url(pull), pull.query, pull.watermark)


def open_url(pull: Pull) -> str:
    """Return the address of a pull's database, with its password."""
    return decrypt(pull.sealed_url, purpose=_PURPOSE)


def map_pull(key: UUID, *, mapping: Mapped[str, Any], actor: str, now: datetime) -> Pull:
    """Set what the columns mean and let the pull run from now on.

    Raises:
        Invalid: the mapping cannot be used; the text says why.
    """
    checked = read_mapping(mapping)
    with transaction.atomic():
        pull = _lock(key)
        if checked.kind != pull.kind:
            raise Invalid("kind", f"This pull is of {pull.kind}.")
        pull.mapping, pull.next_run_at = checked.model_dump(mode="json"), now
        pull.save()
        record(actor=actor, verb="mapped", object_type="pull", object_id=pull.id, now=now)
    wake("profiles.run_pulls")
    return pull


def pause_pull(key: UUID, *, actor: str, now: datetime) -> Pull:
    """Let a pull rest; a run that is under way ends first."""
    with transaction.atomic():
        pull = _lock(key)
        pull.next_run_at = None
        pull.save()
        record(actor=actor, verb="paused", object_type="pull", object_id=pull.id, now=now)
    return pull


def run_pull_soon(key: UUID, *, actor: str, now: datetime) -> Pull:
    """Let a pull run now and every so many minutes from then on.

    Raises:
        Conflict: its columns are not mapped.
    """
    with transaction.atomic():
        pull = _lock(key)
        if not pull.mapping:
            raise Conflict("Say first what the columns mean.")
        pull.next_run_at = now
        pull.save()
        record(actor=actor, verb="started", object_type="pull", object_id=pull.id, now=now)
    wake("profiles.run_pulls")
    return pull


def delete_pull(key: UUID, *, actor: str, now: datetime) -> None:
    """Delete a pull with its runs; what was taken in stays."""
    with transaction.atomic():
        pull = _lock(key)
        record(actor=actor, verb="deleted", object_type="pull", object_id=pull.id,
               before={"name": pull.name}, now=now)  # fmt: skip
        pull.delete()


def get_pull(key: UUID) -> Pull:
    """Return a pull.

    Raises:
        NotFound: there is none.
    """
    pull = Pull.objects.select_related("source").filter(key=key).first()
    if pull is None:
        raise NotFound("There is no such pull.")
    return pull


def _ask(url: str, query: str, watermark: str) -> Sample:
    with open_rows(url, query, watermark=watermark) as rows:
        found = list(islice(rows, _SAMPLE_ROWS))
    if not found:
        raise Invalid(
            "query", "The query finds no row, so its columns cannot be shown. Ask for more."
        )
    return Sample(list(found[0]), found)


def _lock(key: UUID) -> Pull:
    pull = Pull.objects.select_for_update(of=("self",)).filter(key=key).first()
    if pull is None:
        raise NotFound("There is no such pull.")
    return pull
