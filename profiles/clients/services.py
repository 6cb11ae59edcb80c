"""Keys that sign user tokens, whom a token speaks for, and what users change about themselves."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from kernel.audit import record
from kernel.client_api.base import ClientUser
from kernel.encryption import decrypt, encrypt
from kernel.errors import Forbidden, Invalid, NotFound
from profiles.clients.models import ClientAccess, ClientKey
from profiles.clients.rules import IDENTIFYING_TRAITS, read_claims, read_key_id, refuse_identifying
from profiles.consent.queries import Statement
from profiles.consent.services import record_statement
from profiles.contracts import CustomerId, IdentityRef
from profiles.customers.selectors import find_customer
from profiles.touchpoints.models import Source
from profiles.touchpoints.services.recording import identify_customer, set_traits

_PURPOSE = "profiles.client_key"
MOST_KEYS = 5
# The time of the last use helps to retire a key; writing it at each request would not.
_LAST_USE_STEP = timedelta(hours=1)


def issue_client_key(source: Source, *, actor: str, now: datetime) -> tuple[ClientKey, str]:
    """Make a key for a source and return it with its secret, which is shown only now.

    Raises:
        Invalid: the source has five keys in force.
    """
    with transaction.atomic():
        # Locked, so that two admins at once cannot make a sixth.
        Source.objects.select_for_update().get(pk=source.pk)
        if ClientKey.objects.filter(source=source, revoked_at=None).count() >= MOST_KEYS:
            raise Invalid("key", f"A source has at most {MOST_KEYS} keys. Revoke one first.")
        secret = f"cs_{secrets.token_urlsafe(32)}"
        key = ClientKey.objects.create(
            source=source, key_id=f"ck_{secrets.token_hex(8)}", created_at=now,
            sealed_secret=encrypt(secret, purpose=_PURPOSE),
        )  # fmt: skip
        record(actor=actor, verb="created", object_type="client_key", object_id=key.key_id,
               after={"source": source.name}, now=now)  # fmt: skip
    return key, secret


def revoke_client_key(key_id: str, *, source: Source, actor: str, now: datetime) -> None:
    """Stop a key at once; tokens signed with it are refused. A second call changes nothing.

    Raises:
        NotFound: the source has no such key.
    """
    with transaction.atomic():
        keys = ClientKey.objects.filter(source=source, key_id=key_id)
        if keys.filter(revoked_at=None).update(revoked_at=now):
            record(actor=actor, verb="revoked", object_type="client_key", object_id=key_id, now=now)
        elif not keys.exists():
            raise NotFound(f"The source “{source.name}” has no key “{key_id}”.")


def set_access(
    source: Source, *, readable: Sequence[str], writable: Sequence[str], actor: str, now: datetime
) -> None:
    """Say which traits the users of a source may read and write; what they write they may read.

    Raises:
        Invalid: a trait that identifies people would become writable.
    """
    refuse_identifying(writable)
    after = {"readable": sorted({*readable, *writable}), "writable": sorted(writable)}
    with transaction.atomic():
        ClientAccess.objects.update_or_create(source=source, defaults=after)
        record(actor=actor, verb="changed", object_type="client_access", object_id=source.id,
               after=after, now=now)  # fmt: skip


def verify_client_token(token: str, *, may_create: bool, now: datetime) -> ClientUser:
    """Return whom a signed token speaks for; see `kernel.client_api.base`."""
    key_id = read_key_id(token)
    key = (
        ClientKey.objects.filter(key_id=key_id, revoked_at=None, source__disabled_at=None)
        .only("id", "source_id", "sealed_secret", "last_used_at")
        .first()
    )
    if key is None:
        raise Forbidden("The token's key is unknown or was revoked.", code="bad_token")
    secret = decrypt(key.sealed_secret, purpose=_PURPOSE)
    claims = read_claims(token, secret=secret, now=now)
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _LAST_USE_STEP)
    if key.last_used_at is None or key.last_used_at < now - _LAST_USE_STEP:
        ClientKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    identity = IdentityRef(kind="user_id", value=claims.user_id)
    return ClientUser(
        id=_resolve(identity, may_create=may_create, now=now),
        source_id=key.source_id,
        scopes=claims.scopes,
    )


def change_own_traits(user: ClientUser, traits: Mapping[str, Any], *, now: datetime) -> None:
    """Set traits that the user's source allows its users to write; null removes one.

    Raises:
        Forbidden: one of them may not be written by users.
        Invalid: the traits are too large.
    """
    access = find_access(user.source_id)
    allowed = set(access.writable) - IDENTIFYING_TRAITS
    refused = sorted(set(traits) - allowed)
    if refused:
        raise Forbidden(f"Users may not write the trait “{refused[0]}”. An admin allows traits on "
                        "the source's page.", code="trait_not_writable")  # fmt: skip
    with transaction.atomic():
        set_traits(CustomerId(user.id), traits=traits, source_id=user.source_id, now=now)


def change_own_preferences(
    user: ClientUser, statements: Sequence[Mapping[str, str]], *, now: datetime
) -> None:
    """Record what a user says about channels and topics; all of it or nothing.

    Raises:
        Invalid: a channel or state is not known.
    """
    source = f"client:{Source.objects.values_list('name', flat=True).get(pk=user.source_id)}"
    with transaction.atomic():
        for said in statements:
            record_statement(
                Statement(
                    customer_id=user.id,
                    channel=said["channel"],
                    topic=said["topic"],
                    state=said["state"],
                    address="",
                    source=source,
                    text_version=said["text_version"],
                    proof={"by": "signed user token"},
                    at=now,
                )
            )


def find_access(source_id: int) -> ClientAccess:
    """Return what the users of a source may read and write; nothing, unless somebody said so."""
    return ClientAccess.objects.filter(source_id=source_id).first() or ClientAccess(
        source_id=source_id
    )


def _resolve(identity: IdentityRef, *, may_create: bool, now: datetime) -> int:
    found = find_customer(identity)
    if found is not None:
        return found.id
    if not may_create:
        raise NotFound("Nothing is known about this user yet.", code="unknown_user")
    return identify_customer(identity, traits={}, now=now)
