"""Identifiers of people who are erased leave a keyed hash, so that they cannot come back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from kernel.audit import record
from profiles.contracts import CustomerId, IdentityRef
from profiles.identities import queries
from profiles.identities.rules import ANONYMOUS_ID, USER_ID


class IdentityData:
    """Exports identifiers; erasing deletes them and keeps a tombstone of each."""

    key = "identities"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return every identifier of one person."""
        return {"identities": queries.export_identities(customer_id)}

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Delete the identifiers and keep their keyed hashes."""
        refs = queries.delete_identities(customer_ids)
        # An alias names a user id that is not known any more as an anonymous one.
        aliases = [(ANONYMOUS_ID, value) for kind, value in refs if kind == USER_ID]
        queries.insert_tombstones({*refs, *aliases}, now=now)


def lift_tombstone(identity: IdentityRef, *, actor: str, now: datetime) -> bool:
    """Let an erased identifier be stored again, when the person asks for it; False if none was."""
    with transaction.atomic():
        kinds = {identity.kind, ANONYMOUS_ID} if identity.kind == USER_ID else {identity.kind}
        lifted = sum(queries.delete_tombstones((kind, identity.value)) for kind in kinds) > 0
        if lifted:
            record(actor=actor, verb="tombstone_lifted", object_type="identity",
                   object_id=identity.kind, now=now)  # fmt: skip
    return lifted
