"""Traits of accounts as rules of segments, messages and pages read them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from profiles.accounts.models import AccountTrait
from profiles.accounts.trait_queries import read_values
from profiles.contracts import CustomerId, MadeField

# The value in the account where the person was seen last among those that have one. The name lies
# in a row, so that no text of a client becomes part of a statement.
_JOIN = (
    "LEFT JOIN LATERAL (SELECT ac.traits -> (SELECT k.name FROM profiles_account_trait k WHERE k.id = {pk}) AS value"
    " FROM profiles_account_member am JOIN profiles_account ac ON ac.id = am.account_id"
    " WHERE am.customer_id = c.id"
    " AND ac.traits ? (SELECT k.name FROM profiles_account_trait k WHERE k.id = {pk})"
    " ORDER BY am.last_seen_at DESC, am.account_id DESC LIMIT 1) {{alias}} ON true"
)
_READ = {
    "text": "profiles_text({alias}.value)",
    "number": "profiles_number({alias}.value)",
    "date": "profiles_moment({alias}.value)",
    "boolean": "profiles_boolean({alias}.value)",
    "list": "CASE jsonb_typeof({alias}.value) WHEN 'array' THEN {alias}.value END",
}


class AccountTraitFields:
    """Traits of accounts as fields of rules: `account_trait.SLUG`."""

    key = "account_trait"

    def list_fields(self) -> Sequence[MadeField]:
        """List the traits that some account has had."""
        return [
            MadeField(
                key=trait.field, label=f"Account: {trait.name}", type=trait.type,
                join=_JOIN.format(pk=trait.pk), expression=_READ[trait.type],
            )
            for trait in list_account_traits()
        ]  # fmt: skip

    def read(self, field: str, customer_ids: Sequence[CustomerId]) -> dict[CustomerId, Any]:
        """Return the value of each person whose account has one."""
        rows = read_values(customer_ids, slug=field.removeprefix("account_trait."))
        return {CustomerId(row.customer_id): row.typed for row in rows}


def list_account_traits() -> list[AccountTrait]:
    """Return the traits that some account has had, by slug."""
    return list(AccountTrait.objects.order_by("slug"))


def values_for_messages(
    customer_ids: Iterable[CustomerId],
) -> dict[CustomerId, dict[str, Any]]:
    """Return what is known about the accounts of people, by slug. One statement."""
    found: dict[CustomerId, dict[str, Any]] = defaultdict(dict)
    for row in read_values(customer_ids):
        value = float(row.value) if isinstance(row.value, Decimal) else row.value
        found[CustomerId(row.customer_id)][row.slug] = value
    return dict(found)
