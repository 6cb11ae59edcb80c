"""Reads of people for pages and for other apps."""

from collections.abc import Iterable

from profiles.contracts import CustomerId, CustomerSummary, IdentityRef
from profiles.customers.queries import SummaryRow, find_by_identity, summarize_customers
from profiles.customers.rules import display_name


def get_customers(ids: Iterable[CustomerId]) -> dict[CustomerId, CustomerSummary]:
    """Return people by the id that was asked for; unknown and erased ones are absent."""
    rows = summarize_customers(ids)
    return {
        CustomerId(asked): _summary(row) for asked, row in rows.items() if row.erased_at is None
    }


def find_customer(identity: IdentityRef) -> CustomerSummary | None:
    """Return the person behind an identifier, or `None`."""
    value = identity.value.strip()
    if identity.kind == "email":
        value = value.lower()
    found = find_by_identity(identity.kind, value)
    return get_customers([CustomerId(found)]).get(CustomerId(found)) if found else None


def _summary(row: SummaryRow) -> CustomerSummary:
    name = display_name(row.traits, email=row.email, fallback=f"Person {str(row.key)[-6:]}")
    return CustomerSummary(
        id=CustomerId(row.id), key=row.key, display_name=name, email=row.email, phone=row.phone,
        traits=row.traits, time_zone=row.time_zone, locale=row.locale,
    )  # fmt: skip
