"""Phones and browsers that people let us push to."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.channels.models import Device
from campaigns.contracts import Channel
from kernel.errors import Invalid
from kernel.ids import new_key
from profiles import facade as profiles
from profiles.contracts import CustomerId

LONGEST_ADDRESS = 2_000
MOST_LISTED = 100
# The public key of a browser is a point of P-256, uncompressed; its secret has 16 bytes.
_KEY_BYTES = {"p256dh": 65, "auth": 16}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDraft:
    """What an app or a page registers."""

    channel: Channel
    address: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""


@transaction.atomic
def register_device(customer_id: CustomerId, draft: DeviceDraft, *, now: datetime) -> UUID:
    """Register a device of a person, or bring it up to date; return its key. Safe to repeat.

    A device belongs to whoever registered it last. One that comes back after its address was
    given up is no longer suppressed.

    Raises:
        Invalid: the address or a key of a browser cannot be one.
    """
    _check(draft)
    values = {
        "customer_id": customer_id,
        "secrets": dict(draft.secrets),
        "platform": draft.platform[:32],
        "seen_at": now,
        "gone_at": None,
    }
    device, _ = Device.objects.update_or_create(
        channel=draft.channel,
        address=draft.address,
        defaults=values,
        create_defaults={**values, "key": new_key(now=now), "created_at": now},
    )
    return device.key


def forget_device(customer_id: CustomerId, key: UUID, *, now: datetime) -> bool:
    """Push no more to a device of a person; False when there is no such device."""
    mine = Device.objects.filter(customer_id=customer_id, key=key, gone_at=None)
    return bool(mine.update(gone_at=now))


def list_devices(customer_id: CustomerId) -> list[Device]:
    """Return the devices of a person that may be pushed to, the last seen first."""
    mine = Device.objects.filter(customer_id=customer_id, gone_at=None)
    return list(mine.order_by("-seen_at", "-id")[:MOST_LISTED])


def retire_address(channel: Channel, address: str, *, reason: str, now: datetime) -> None:
    """Suppress an address that the provider calls dead. Safe to repeat."""
    Device.objects.filter(channel=channel, address=address, gone_at=None).update(gone_at=now)
    profiles.suppress_address(channel, address, reason=reason, now=now)


def subscription_keys(addresses: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the keys of browsers by their address."""
    wanted = list(addresses)
    if not wanted:
        return {}
    rows = Device.objects.filter(channel=Channel.WEBPUSH, address__in=wanted)
    return {device.address: device.secrets for device in rows}


def _check(draft: DeviceDraft) -> None:
    if draft.channel not in Device.CHANNELS:
        raise Invalid("channel", "The channel of a device is “push” or “webpush”.")
    if not 8 <= len(draft.address) <= LONGEST_ADDRESS or not draft.address.isprintable():
        raise Invalid("address", f"An address has 8 to {LONGEST_ADDRESS} characters.")
    if draft.channel is Channel.PUSH:
        if draft.secrets:
            raise Invalid("keys", "Only browsers (channel “webpush”) have keys.")
        return
    if not draft.address.startswith("https://"):
        raise Invalid("address", "The endpoint of a browser begins with https://.")
    for name, size in _KEY_BYTES.items():
        if _decoded_size(draft.secrets.get(name, "")) != size:
            raise Invalid(f"keys.{name}", f"Send the browser's “{name}” as base64url.")


def _decoded_size(text: str) -> int:
    try:
        return len(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return -1
