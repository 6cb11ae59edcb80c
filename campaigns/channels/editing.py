"""Changing senders, and checking whether they work."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from campaigns.channels.models import Sender
from campaigns.channels.services import (
    checked_config,
    find_route,
    seal_config,
    secret_names,
)
from campaigns.contracts import SenderDraft
from campaigns.extension_points import CanBeChecked, channel_providers
from kernel.audit import record
from kernel.errors import Conflict, DomainError, Invalid, NotFound

# Where secrets are sent to; whoever changes it must know them.
_PLACES = {"api_url", "url", "host", "port", "service"}


@transaction.atomic
def change_sender(key: UUID, draft: SenderDraft, *, actor: str, now: datetime) -> Sender:
    """Change a sender; a secret that the draft lacks stays as it is.

    Raises:
        NotFound: no sender has this key.
        Conflict: the name is taken.
        Invalid: a setting is wrong, or secrets would go to another place unseen.
    """
    sender = get_sender(key, is_locked=True)
    provider = channel_providers.get(sender.kind)
    stored = dict(sender.config)
    secrets = {name: stored[name] for name in _secret_names(sender) if stored.get(name)}
    missing = set(secrets) - set(draft.config)
    config = checked_config(provider, draft.config, kept=find_route(key))
    sealed = {**seal_config(config), **{name: secrets[name] for name in missing}}
    moved = sorted(name for name in _PLACES & set(sealed) if sealed[name] != stored.get(name))
    if missing and moved:
        name = min(missing)
        raise Invalid(
            f"config.{name}", f"“{moved[0]}” changes, so enter this secret again: it goes there."
        )
    before = _shown(sender)
    sender.config, sender.name, sender.stands_in = sealed, draft.name, draft.stands_in
    sender.from_address, sender.from_name = draft.from_address, draft.from_name
    sender.reply_to, sender.price = draft.reply_to, draft.price
    sender.failures, sender.broken_until, sender.checked_at = 0, None, None
    _save(sender)
    record(
        actor=actor, verb="changed", object_type="sender", object_id=str(key),
        before=before, after=_shown(sender), now=now,
    )  # fmt: skip
    return sender


@transaction.atomic
def make_default(key: UUID, *, actor: str, now: datetime) -> Sender:
    """Let messages of a channel leave by this sender unless they name another. Safe to repeat."""
    sender = get_sender(key, is_locked=True)
    if sender.is_default:
        return sender
    Sender.objects.filter(channel=sender.channel, is_default=True).update(is_default=False)
    sender.is_default = True
    sender.save(update_fields=["is_default"])
    record(
        actor=actor, verb="made default", object_type="sender", object_id=str(key),
        after={"channel": sender.channel}, now=now,
    )  # fmt: skip
    return sender


def check_sender(key: UUID, *, actor: str, now: datetime) -> Sender:
    """Ask the provider of a sender whether its settings work, and remember the answer.

    The call goes out before the transaction, so that a slow provider holds nothing.

    Raises:
        NotFound: no sender has this key.
        Conflict: its provider cannot be asked.
    """
    route = find_route(key)
    if route is None:
        raise NotFound("This sender does not exist. Go back to the list of senders.")
    if not isinstance(route.provider, CanBeChecked):
        raise Conflict("This provider cannot be asked. Send a message to yourself instead.")
    try:
        text, is_ok = route.provider.check(config=route.config, now=now), True
    except DomainError as error:
        text, is_ok = error.message, False
    with transaction.atomic():
        sender = get_sender(key, is_locked=True)
        sender.checked_at, sender.is_checked_ok, sender.check_text = now, is_ok, text[:300]
        if is_ok:
            sender.failures, sender.broken_until = 0, None
        sender.save(
            update_fields=[
                "checked_at", "is_checked_ok", "check_text", "failures", "broken_until",
            ]
        )  # fmt: skip
        record(
            actor=actor, verb="checked", object_type="sender", object_id=str(key),
            after={"ok": is_ok}, now=now,
        )  # fmt: skip
    return sender


def get_sender(key: UUID, *, is_locked: bool = False) -> Sender:
    """Return the sender with this key; raises `NotFound`."""
    rows = Sender.objects.select_for_update() if is_locked else Sender.objects.all()
    sender = rows.filter(key=key).first()
    if sender is None:
        raise NotFound("This sender does not exist. Go back to the list of senders.")
    return sender


def _save(sender: Sender) -> None:
    if Sender.objects.filter(name=sender.name).exclude(pk=sender.pk).exists():
        raise Conflict(f"A sender named “{sender.name}” exists. Choose another name.")
    try:
        sender.save()
    except IntegrityError:
        raise Conflict("Somebody changed senders at the same time. Try again.") from None


def _secret_names(sender: Sender) -> set[str]:
    return secret_names(channel_providers.get(sender.kind))


def _shown(sender: Sender) -> dict[str, Any]:
    """Return what the audit log may hold: everything but secrets."""
    hidden = _secret_names(sender)
    open_config = {name: value for name, value in sender.config.items() if name not in hidden}
    return {
        "name": sender.name, "config": open_config, "from_address": sender.from_address,
        "stands_in": sender.stands_in, "price": str(sender.price),
    }  # fmt: skip
