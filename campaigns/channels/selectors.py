"""Reads of senders for pages."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.channels.models import Sender
from campaigns.channels.words import PROVIDERS, channel_label, provider_label
from campaigns.extension_points import CanBeChecked, channel_providers


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRow:
    """A sender as the list shows it; `state` and `tone` say how it fares."""

    sender: Sender
    channel: str
    provider: str
    state: str
    tone: str
    can_be_checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A provider on a channel, to choose for a new sender."""

    kind: str
    channel: str
    label: str
    channel_label: str
    note: str


def list_sender_rows(*, now: datetime) -> list[SenderRow]:
    """Return all senders by channel and name, with how they fare."""
    return [_row(sender, now) for sender in Sender.objects.order_by("channel", "name")]


def list_choices() -> list[Choice]:
    """Return every provider on every channel it serves, in the order of channels."""
    return sorted(
        (
            Choice(
                kind=kind, channel=channel, label=provider_label(kind),
                channel_label=channel_label(channel), note=PROVIDERS.get(kind, ("", ""))[1],
            )
            for kind, provider in channel_providers.items()
            for channel in provider.channels
        ),
        key=lambda choice: (choice.channel_label, choice.kind == "console", choice.label),
    )  # fmt: skip


def _row(sender: Sender, now: datetime) -> SenderRow:
    state, tone = _state(sender, now)
    provider = channel_providers.find(sender.kind)
    return SenderRow(
        sender=sender,
        channel=channel_label(sender.channel),
        provider=provider_label(sender.kind),
        state=state,
        tone=tone,
        can_be_checked=isinstance(provider, CanBeChecked),
    )


def _state(sender: Sender, now: datetime) -> tuple[str, str]:
    if sender.is_paused:
        return "Paused", "warn"
    if sender.broken_until and sender.broken_until > now:
        return "Fails, left alone", "danger"
    if sender.failures:
        return "Fails", "danger"
    return "Sending", "ok"
