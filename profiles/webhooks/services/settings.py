"""Changes of webhook sources: creating them, their mapping, signature and address."""

from collections.abc import Mapping as Members
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from pydantic import ValidationError

from kernel.audit import record
from kernel.encryption import encrypt
from kernel.errors import Conflict, Invalid
from kernel.ids import new_key
from profiles.touchpoints.models import Source
from profiles.touchpoints.services import sources
from profiles.webhooks.models import Webhook
from profiles.webhooks.rules.mapping import read_mapping, write_path
from profiles.webhooks.rules.signatures import Signature, is_usable_secret
from profiles.webhooks.services.taking import PURPOSE, forget_receivers


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """What makes a webhook source; `ready` is the key of the ready mapping it began with."""

    name: str
    mapping: str
    signature: Members[str, Any]
    secret: str = ""
    ready: str = ""
    starts_journeys: bool = True


def create_webhook(draft: NewWebhook, *, actor: str, now: datetime) -> Webhook:
    """Create a source of the kind webhook.

    Raises:
        Invalid: the name is empty or too long, or the signature or its secret cannot be used.
        BadMapping: the mapping cannot be used.
        Conflict: a source of this name exists.
    """
    name = draft.name.strip()
    if not name or len(name) > 100:
        raise Invalid("name", "Give the source a name of 1 to 100 letters.")
    read_mapping(draft.mapping)
    signature = read_signature(draft.signature)
    try:
        with transaction.atomic():
            source = Source.objects.create(
                key=new_key(now=now), name=name, kind=Source.Kind.WEBHOOK,
                starts_journeys=draft.starts_journeys,
            )  # fmt: skip
            webhook = Webhook.objects.create(
                source=source, ready=draft.ready, signature=_stored(signature),
                secret_sealed=_sealed(signature, draft.secret), mapping=draft.mapping,
                updated_at=now,
            )  # fmt: skip
            record(actor=actor, verb="created", object_type="source", object_id=source.id,
                   after={"name": name, "kind": "webhook", "signature": signature.scheme}, now=now)  # fmt: skip
    except IntegrityError:
        raise Conflict(f"There is a source “{name}” already. Choose another name.") from None
    return webhook


def save_mapping(
    webhook: Webhook, mapping: str, *, version: int, actor: str, now: datetime
) -> None:
    """Replace the mapping; it counts for everything that is stored from now on.

    Raises:
        BadMapping: the mapping cannot be used.
        Conflict: somebody else saved after `version` was read.
    """
    read_mapping(mapping)
    with transaction.atomic():
        changed = Webhook.objects.filter(
            source_id=webhook.source_id, mapping_version=version
        ).update(mapping=mapping, mapping_version=F("mapping_version") + 1, updated_at=now)
        if not changed:
            raise Conflict("Somebody else saved this mapping meanwhile. Copy yours, and reload.")
        record(actor=actor, verb="mapped", object_type="source", object_id=webhook.source_id,
               before={"mapping": webhook.mapping}, after={"mapping": mapping}, now=now)  # fmt: skip


def save_signature(
    webhook: Webhook, signature: Members[str, Any], secret: str, *, actor: str, now: datetime
) -> None:
    """Replace how requests are signed; an empty secret keeps the one there is.

    Raises:
        Invalid: the signature or the secret cannot be used.
    """
    read = read_signature(signature)
    was = Signature.model_validate(webhook.signature)
    if secret or read.scheme == "none":
        sealed = _sealed(read, secret)
    elif read.scheme == was.scheme:
        sealed = webhook.secret_sealed
    else:
        raise Invalid("secret", "Another way of signing needs its own secret.")
    with transaction.atomic():
        Webhook.objects.filter(source_id=webhook.source_id).update(
            signature=_stored(read), secret_sealed=sealed, updated_at=now
        )
        after = {**_stored(read), "has_new_secret": bool(secret)}
        record(actor=actor, verb="signed", object_type="source", object_id=webhook.source_id,
               before=webhook.signature, after=after, now=now)  # fmt: skip
    forget_receivers()


def renew_address(webhook: Webhook, *, actor: str, now: datetime) -> None:
    """Give the source a new address; the old one stops working within seconds."""
    with transaction.atomic():
        Webhook.objects.filter(source_id=webhook.source_id).update(
            address_version=F("address_version") + 1, updated_at=now
        )
        record(actor=actor, verb="address renewed", object_type="source",
               object_id=webhook.source_id, now=now)  # fmt: skip
    forget_receivers()


def set_enabled(webhook: Webhook, *, is_enabled: bool, actor: str, now: datetime) -> None:
    """Let the source take requests, or answer them with 404."""
    sources.set_enabled(webhook.source_id, is_enabled=is_enabled, actor=actor, now=now)
    forget_receivers()


def read_signature(document: Members[str, Any]) -> Signature:
    """Return how a source signs.

    Raises:
        Invalid: it cannot be used; the field is the first one that is wrong.
    """
    try:
        return Signature.model_validate(document)
    except ValidationError as error:
        part = error.errors(include_url=False, include_input=False)[0]
        text = part["msg"].removeprefix("Value error, ").rstrip(".") + "."
        raise Invalid(write_path(part["loc"]) or "scheme", text) from None


def _stored(signature: Signature) -> dict[str, Any]:
    return signature.model_dump(exclude_defaults=True)


def _sealed(signature: Signature, secret: str) -> str:
    if signature.scheme == "none":
        return ""
    if not is_usable_secret(signature.scheme, secret):
        needed = {
            "basic": "Write the user name and the password as name:password.",
            "standard": "The secret starts with whsec_ and goes on in base64.",
        }.get(signature.scheme, "The secret has at least 8 letters.")
        raise Invalid("secret", needed)
    return encrypt(secret, purpose=PURPOSE)
