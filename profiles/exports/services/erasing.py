"""Exports in the erasure of the people who may stand in them."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from profiles.contracts import CustomerId
from profiles.exports import queries
from profiles.exports.models import Export
from profiles.exports.services.asking import delete_files


class ExportData:
    """Takes erased people out of files: every file in which one may stand is made anew."""

    key = "exports"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return nothing: files repeat for a week what the profile and its touchpoints say."""
        return {}

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Send the exports back; their files are deleted once the erasure has committed."""
        for export in Export.objects.filter(pk__in=queries.make_anew(customer_ids)):
            transaction.on_commit(partial(delete_files, export, upto=export.turn))
