"""Takes a request in: checked against its signature, and durable before the provider is answered."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from kernel.encryption import decrypt
from kernel.errors import Invalid, Unavailable
from profiles.touchpoints.services.accepting import Checked, accept_request
from profiles.webhooks.models import Webhook
from profiles.webhooks.queries import count_refusal
from profiles.webhooks.rules.bodies import keep_request
from profiles.webhooks.rules.signatures import Forged, Incoming, Signature, check_signature
from profiles.webhooks.services.addresses import read_address

log = structlog.get_logger()

ROUTE = "webhook"
PURPOSE = "profiles.webhook"
# Orders of shops reach some hundred kilobytes; no provider sends more than a megabyte.
MAX_BODY_BYTES = 1024 * 1024

# A changed secret or a disabled source counts after this at the latest.
_KNOWN_SECONDS = 5.0
_LARGEST_MEMORY = 10_000


@dataclass(frozen=True, slots=True)
class Receiver:
    """A source that takes requests, as this process remembers it for a few seconds."""

    source_id: int
    address_version: int
    signature: Signature
    secret: str = field(repr=False)


_remembered: dict[UUID, tuple[float, Receiver | None]] = {}


def find_receiver(path: str, *, at: float) -> Receiver | None:
    """Return the enabled source behind an address, or `None`. `at` is a monotonic clock.

    Raises:
        Unavailable: its secret was encrypted with a key that is gone.
    """
    signed = read_address(path)
    if signed is None:
        return None
    key, version = signed
    entry = _remembered.get(key)
    if entry is None or entry[0] <= at:
        if len(_remembered) >= _LARGEST_MEMORY:
            _remembered.clear()
        entry = _remembered[key] = (at + _KNOWN_SECONDS, _load(key))
    receiver = entry[1]
    return receiver if receiver is not None and receiver.address_version == version else None


def take_request(receiver: Receiver, incoming: Incoming, *, ip: str | None, now: datetime) -> None:
    """Store a genuine request durably; one that is not genuine is counted.

    Raises:
        Forged: it does not prove that it comes from the provider.
        Invalid: it is too large.
    """
    if len(incoming.body) > MAX_BODY_BYTES:
        count_refusal(receiver.source_id, reason="too_large", now=now)
        raise Invalid("body", "A webhook may have up to 1 MB.", code="too_large")
    try:
        check_signature(receiver.signature, receiver.secret, incoming, now=now)
    except Forged as error:
        count_refusal(receiver.source_id, reason=error.code, now=now)
        log.warning("webhooks.refused", source_id=receiver.source_id, reason=error.code)
        raise
    kept = keep_request(incoming.body, headers=incoming.headers)
    accept_request(
        Checked(kept, 1, None), source_id=receiver.source_id, route=ROUTE, ip=ip, now=now
    )


def forget_receivers() -> None:
    """Forget what was remembered, after settings changed in this process."""
    _remembered.clear()


def _load(key: UUID) -> Receiver | None:
    webhook = Webhook.objects.filter(source__key=key, source__disabled_at=None).first()
    if webhook is None:
        return None
    try:
        secret = decrypt(webhook.secret_sealed, purpose=PURPOSE) if webhook.secret_sealed else ""
    except ValueError:
        log.error("webhooks.secret_unreadable", source_id=webhook.source_id)  # noqa: TRY400
        raise Unavailable(
            "The secret of this source cannot be read. Send it again later."
        ) from None
    signature = Signature.model_validate(webhook.signature)
    return Receiver(webhook.source_id, webhook.address_version, signature, secret)
