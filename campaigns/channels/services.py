"""Creating senders and finding the one a message leaves by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from pydantic import SecretStr, ValidationError

from campaigns.channels.health import is_well
from campaigns.channels.models import Sender
from campaigns.contracts import Channel, SenderDraft
from campaigns.extension_points import ChannelProvider, ProviderConfig, channel_providers
from kernel.audit import record
from kernel.encryption import decrypt, encrypt
from kernel.errors import Conflict, Invalid

_PURPOSE = "campaigns.sender"
# What works without a sender.
_BUILT_IN = {Channel.EMAIL: "smtp", Channel.INAPP: "cards", Channel.TASK: "cards"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A sender ready for use: its provider, its checked settings, the name the person sees.

    `is_known_well`: that it works was noted a moment ago, and need not be noted again.
    """

    sender_id: int | None
    provider: ChannelProvider
    config: ProviderConfig
    from_address: str
    from_name: str
    reply_to: str
    report_url: str = ""
    is_known_well: bool = False


@transaction.atomic
def create_sender(draft: SenderDraft, *, key: UUID, actor: str, now: datetime) -> Sender:
    """Create a sender; the first one of a channel becomes its default.

    Raises:
        Invalid: the provider does not serve the channel, or its settings are wrong.
        Conflict: the name is taken.
    """
    provider = channel_providers.get(draft.kind)
    if draft.channel not in provider.channels:
        raise Invalid("channel", f"“{draft.kind}” does not send on the channel “{draft.channel}”.")
    if Sender.objects.filter(name=draft.name).exists():
        raise Conflict(f"A sender named “{draft.name}” exists. Choose another name.")
    has_default = Sender.objects.filter(channel=draft.channel, is_default=True).exists()
    sender = Sender.objects.create(
        key=key,
        name=draft.name,
        channel=draft.channel,
        kind=draft.kind,
        config=seal_config(checked_config(provider, draft.config)),
        from_address=draft.from_address,
        from_name=draft.from_name,
        reply_to=draft.reply_to,
        stands_in=draft.stands_in,
        price=draft.price,
        is_default=not has_default,
        created_at=now,
    )
    record(
        actor=actor,
        verb="created",
        object_type="sender",
        object_id=str(sender.key),
        before=None,
        after={"name": draft.name, "channel": draft.channel, "kind": draft.kind},
        now=now,
    )
    return sender


def list_routes(channel: Channel, sender_ids: set[int | None]) -> dict[int | None, Route | None]:
    """Return the route of each sender id; `None` stands for the channel's default.

    Without a configured sender e-mail leaves by the mail server of the settings, messages that we
    keep are kept, and other channels have no route.
    """
    rows = {row.id: row for row in Sender.objects.filter(channel=channel)}
    default = next((row for row in rows.values() if row.is_default), None)
    found: dict[int | None, Route | None] = {}
    for sender_id in sender_ids:
        row = default if sender_id is None else rows.get(sender_id)
        found[sender_id] = _route(row) if row else _built_in(channel)
    return found


def choose_routes(channel: Channel, sender_id: int | None, *, now: datetime) -> list[Route] | None:
    """Return the routes a message may take now, in order: its sender, then those that stand in.

    A sender that is paused or broken is left out; `None` says that there is no sender at all.
    """
    rows = list(Sender.objects.filter(channel=channel).order_by("-is_default", "id"))
    wanted = [row for row in rows if (row.is_default if sender_id is None else row.pk == sender_id)]
    built_in = None if wanted else _built_in(channel)
    if not wanted and built_in is None:
        return None
    ready = [
        row for row in rows
        if not row.is_paused and (row.broken_until is None or row.broken_until <= now)
    ]  # fmt: skip
    chosen = [row for row in ready if row in wanted]
    chosen += [row for row in ready if row.stands_in and row not in wanted]
    routes = [replace(_route(row), is_known_well=is_well(row, now=now)) for row in chosen]
    return [built_in, *routes] if built_in else routes


def find_route(key: UUID) -> Route | None:
    """Return the route of the sender with this key, or `None`."""
    sender = Sender.objects.filter(key=key).first()
    return _route(sender) if sender else None


def _built_in(channel: Channel) -> Route | None:
    kind = _BUILT_IN.get(channel)
    if kind is None:
        return None
    provider = channel_providers.get(kind)
    return Route(
        sender_id=None,
        provider=provider,
        config=provider.config_type(),
        from_address=_default_address(channel),
        from_name=parseaddr(settings.DEFAULT_FROM_EMAIL)[0],
        reply_to="",
    )


def _route(sender: Sender) -> Route:
    provider = channel_providers.get(sender.kind)
    secrets = secret_names(provider)
    opened = {
        name: decrypt(value, purpose=_PURPOSE) if name in secrets and value else value
        for name, value in sender.config.items()
    }
    return Route(
        sender_id=sender.pk,
        provider=provider,
        config=provider.config_type.model_validate(opened),
        from_address=sender.from_address or _default_address(sender.channel),
        from_name=sender.from_name,
        reply_to=sender.reply_to,
        report_url=report_url(sender),
    )


def report_url(sender: Sender) -> str:
    """Return the address to which the provider of a sender reports."""
    return f"{settings.PUBLIC_URL}{reverse('campaigns_public:report', args=[sender.key])}"


def _default_address(channel: str) -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1] if channel == Channel.EMAIL else ""


def checked_config(
    provider: ChannelProvider, config: Mapping[str, Any], *, kept: Route | None = None
) -> ProviderConfig:
    """Return settings as the provider's own type; secrets that are absent come from `kept`.

    Raises:
        Invalid: a setting is wrong; the field is its path.
    """
    stored = {name: getattr(kept.config, name) for name in secret_names(provider)} if kept else {}
    try:
        return provider.config_type.model_validate({**stored, **config})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        path = ".".join(["config", *map(str, first["loc"])])
        raise Invalid(path, f"{path}: {first['msg']}.") from None


def secret_names(provider: ChannelProvider) -> set[str]:
    """Return the names of the settings that are stored encrypted."""
    fields = provider.config_type.model_fields.items()
    return {name for name, field in fields if field.annotation is SecretStr}


def seal_config(config: ProviderConfig) -> dict[str, Any]:
    """Return settings as they are stored: secrets encrypted."""
    sealed: dict[str, Any] = {}
    for name, value in config.model_dump().items():
        if isinstance(value, SecretStr):
            text = value.get_secret_value()
            sealed[name] = encrypt(text, purpose=_PURPOSE) if text else ""
        else:
            sealed[name] = value
    return sealed
