"""Choosing which of several values of a trait a person keeps."""

from datetime import datetime

from django.db import transaction

from kernel.audit import record
from kernel.errors import Invalid
from profiles.customers.models import TraitPolicy

_LONGEST_NAME = 200


def choose_policy(name: str, *, rule: str, actor: str, now: datetime) -> TraitPolicy:
    """Choose which value of a trait counts, for what arrives from now on and for later merges.

    What profiles hold already stays until something is said that the policy prefers.

    Raises:
        Invalid: the name is empty or too long, or there is no such policy.
    """
    if not name.strip() or len(name) > _LONGEST_NAME or "\0" in name:
        raise Invalid("name", f"A trait's name has 1 to {_LONGEST_NAME} letters.")
    if rule not in TraitPolicy.Rule.values:
        known = ", ".join(TraitPolicy.Rule.values)
        raise Invalid("policy", f"The policy must be one of {known}.")
    with transaction.atomic():
        before = TraitPolicy.objects.select_for_update().filter(name=name).first()
        policy, _ = TraitPolicy.objects.update_or_create(
            name=name, defaults={"rule": rule, "changed_by": actor, "changed_at": now}
        )
        record(
            actor=actor, verb="changed", object_type="trait_policy", object_id=name,
            before={"policy": before.rule} if before else None, after={"policy": rule}, now=now,
        )  # fmt: skip
    return policy
