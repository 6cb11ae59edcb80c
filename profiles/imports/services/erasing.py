"""Uploaded files that wait, in the export and the erasure of the people in them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from kernel.errors import Invalid
from profiles.contracts import CustomerId
from profiles.identities.models import Identity
from profiles.imports.models import Upload, UploadPiece, UploadProblem
from profiles.imports.services.reading import read_rows
from profiles.touchpoints.rules.messages import normalize_phone

_Status = Upload.Status
# An import that runs is left to run: the rows of somebody erased are refused, and its file goes.
_WAITING = (_Status.DRAFT, _Status.CHECKING, _Status.CHECKED, _Status.STOPPED)
_FAILURE = "The file held somebody who was erased meanwhile, so it was deleted. Send it again without them."
_PHONE_LENGTHS = range(7, 26)


class UploadData:
    """Finds people in files that wait for an import; when one is erased, the file is deleted."""

    key = "uploads"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return the rows of waiting files that name one person, with the names of the files."""
        values = _values([customer_id])
        found = [
            {"file": upload.file_name, "sent_at": upload.created_at.isoformat(), "row": _plain(cells)}
            for upload in _waiting(values) for cells in _rows_about(upload, values)
        ]  # fmt: skip
        return {"waiting_files": found}

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Delete the waiting files that name one of them. Reads each waiting file once, whole."""
        values = _values(customer_ids)
        named = [
            upload.pk for upload in _waiting(values)
            if next(iter(_rows_about(upload, values)), None) is not None
        ]  # fmt: skip
        UploadPiece.objects.filter(upload__in=named).delete()
        UploadProblem.objects.filter(upload__in=named).delete()
        Upload.objects.filter(pk__in=named).update(
            status=_Status.FAILED, failure=_FAILURE, ended_at=now
        )


def _values(customer_ids: Sequence[CustomerId]) -> frozenset[str]:
    rows = Identity.objects.filter(customer_id__in=customer_ids)
    return frozenset(value.lower() for value in rows.values_list("value", flat=True))


def _waiting(values: frozenset[str]) -> list[Upload]:
    if not values:
        return []
    waiting = Upload.objects.filter(status__in=_WAITING, pieces__number=0)
    return list(waiting.select_for_update(of=("self",)).order_by("pk"))


def _rows_about(upload: Upload, values: frozenset[str]) -> Iterator[dict[str, Any]]:
    try:
        for row in read_rows(upload, start=0):
            if any(_names(cell, values) for cell in row.cells.values()):
                yield row.cells
    except Invalid:
        # A file that cannot be read as its name says is refused by every import.
        return


def _names(cell: Any, values: frozenset[str]) -> bool:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip().lower()
    if text in values:
        return True
    if len(text) in _PHONE_LENGTHS and text[0] in "+0123456789(":
        return normalize_phone(text) in values
    return False


def _plain(cells: dict[str, Any]) -> dict[str, str]:
    return {name: str(cell) for name, cell in cells.items()}
