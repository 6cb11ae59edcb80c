"""Exporting and erasing people: all that any app knows about them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction

from kernel.audit import record, record_each
from kernel.errors import Invalid
from kernel.sql import SqlFile, bigint_array, text_array
from profiles.contracts import CustomerId
from profiles.extension_points import personal_data_sources

SQL = SqlFile(__file__, "erasing")
log = structlog.get_logger()

# A batch that resolved somebody before they were erased has long committed after this.
_STRAGGLERS_FOR: Final = timedelta(minutes=10)
_BATCH: Final = 500


def erase_customers(
    ids: Sequence[CustomerId], *, actor: str, reason: str, now: datetime
) -> list[CustomerId]:
    """Erase people, with everybody who became one with them, and return whom.

    One transaction, in sets. What remains is a stub without traits, facts without personal data,
    and a tombstone of each identifier, by which later events are refused. It cannot be undone.
    Erasing twice changes nothing more.

    Raises:
        Invalid: there is no reason; it stays on the audit log.
    """
    if not reason.strip():
        raise Invalid("reason", "Say why, for example the number of the request. Name nobody.")
    with transaction.atomic():
        rows = SQL.run("lock_whole_people", {"ids": bigint_array(ids)})
        everybody = [CustomerId(customer_id) for customer_id, _ in rows]
        whole = [CustomerId(customer_id) for customer_id, is_whole in rows if is_whole]
        if everybody:
            _erase(everybody, now=now)
            record_each(
                whole, actor=actor, verb="erased", object_type="customer",
                after={"reason": reason.strip()[:200]}, now=now,
            )  # fmt: skip
    log.info("customers.erased", people=len(whole))
    return whole


def erase_known_only_by(sources: Sequence[str], *, actor: str, reason: str, now: datetime) -> int:
    """Erase everybody whom only these sources have ever named, and return how many people.

    In batches of one transaction each; stopped half-way, a second call goes on.
    """
    after_id = erased = 0
    while True:
        span = {"sources": text_array(sources), "after_id": after_id, "limit": _BATCH}
        ids = [CustomerId(row[0]) for row in SQL.run("list_known_only_by", span)]
        if not ids:
            return erased
        erased += len(erase_customers(ids, actor=actor, reason=reason, now=now))
        after_id = ids[-1]


def sweep_erased(*, now: datetime) -> int:
    """Erase again what was stored for somebody in the very moment in which they were erased.

    Safe to run twice; usually finds nothing. Returns how many people were concerned.
    """
    with transaction.atomic():
        rows = SQL.run("list_stragglers", {"since": now - _STRAGGLERS_FOR})
        people = [CustomerId(row[0]) for row in rows]
        if people:
            _erase(people, now=now)
    return len(people)


def export_customer(customer_id: CustomerId, *, actor: str, now: datetime) -> dict[str, Any]:
    """Return everything that any app stores about one person, as plain JSON values; audited."""
    with transaction.atomic():
        exported: dict[str, Any] = {
            "exported_at": now.isoformat(),
            "customer": SQL.value("export_person", {"customer_id": customer_id}),
        }
        for key, source in personal_data_sources.items():
            exported[key] = source.export_customer(customer_id)
        record(actor=actor, verb="exported", object_type="customer", object_id=customer_id, now=now)
    return exported


def _erase(ids: Sequence[CustomerId], *, now: datetime) -> None:
    for _, source in personal_data_sources.items():  # noqa: PERF102  a registry, not a dict
        source.erase_customers(ids, now=now)
    SQL.run("erase_people", {"ids": bigint_array(ids), "now": now})
