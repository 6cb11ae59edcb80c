"""May we speak to a person? The decision in memory; its twin in SQL is `profiles_may_contact`."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

# Where the address of a channel comes from; other channels need none.
ADDRESS_KINDS = {"email": "email", "sms": "phone", "push": "device_token"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One consent that holds: topic and address may be empty for “all of them”."""

    topic: str
    address: str
    state: str


def effective_consent(stated: Iterable[Stated], *, topic: str, address: str | None) -> str:
    """Return `granted`, `withdrawn`, `never` or `none` for a topic and address.

    Withdrawing the whole channel beats every topic; otherwise the topic speaks before the channel,
    and of two contradicting statements the stricter one counts.
    """
    held = [
        one for one in stated if one.topic in {"", topic} and one.address in {"", address or ""}
    ]
    whole = {one.state for one in held if one.topic == ""}
    if "withdrawn" in whole:
        return "withdrawn"
    for states in ({one.state for one in held if one.topic != ""}, whole):
        for state in ("withdrawn", "never", "granted"):
            if state in states:
                return state
    return "none"


def decide_contact(*, address: str | None, suppressed: bool, consent: str) -> str:
    """Return `allowed`, or why a person may not be contacted: the reasons the gate in SQL gives."""
    if address is None:
        return "no_address"
    if suppressed:
        return "suppressed"
    return {"granted": "allowed", "withdrawn": "consent_withdrawn"}.get(consent, "no_consent")


CHANNELS = {
    "email": "E-mail", "sms": "Text message", "whatsapp": "WhatsApp", "push": "App notification",
    "webpush": "Browser notification",
}  # fmt: skip
"""The channels a person can say yes or no to, in the words of the preference center."""

_OWN_KINDS = {**ADDRESS_KINDS, "webpush": "webpush"}


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """One subject on one channel, and whether it is wanted as soon as the channel is on."""

    key: str
    name: str
    description: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """One channel as the preference center offers it; `address` is masked."""

    channel: str
    name: str
    address: str
    is_on: bool
    topics: tuple[TopicChoice, ...]


def offer_choices(
    stated: Iterable[tuple[str, Stated]],
    *,
    addresses: Mapping[str, str],
    topics: Sequence[tuple[str, str, str]],
) -> tuple[ChannelChoice, ...]:
    """Return what a person may choose: channels they have an address on or spoke about before.

    Args:
        stated: pairs of a channel and a statement that holds.
        addresses: the newest identifier of each kind.
        topics: key, name and description of each topic in use.
    """
    said: dict[str, list[Stated]] = {}
    for channel, one in stated:
        said.setdefault(channel, []).append(one)
    return tuple(
        _offer(channel, said.get(channel, []), addresses.get(_OWN_KINDS.get(channel, "")), topics)
        for channel in CHANNELS
        if channel in said or _OWN_KINDS.get(channel, "") in addresses
    )


def _offer(
    channel: str,
    said: Sequence[Stated],
    address: str | None,
    topics: Sequence[tuple[str, str, str]],
) -> ChannelChoice:
    whole = effective_consent(said, topic="", address=address)
    is_on = whole == "granted" or (
        whole != "withdrawn" and any(one.state == "granted" for one in said)
    )
    heard = said if is_on else [*_about_topics(said), Stated(topic="", address="", state="granted")]
    choices = tuple(
        TopicChoice(key, name, description, _wants(heard, key, address))
        for key, name, description in topics
    )
    return ChannelChoice(channel, CHANNELS[channel], mask_address(address or ""), is_on, choices)


def _about_topics(said: Iterable[Stated]) -> list[Stated]:
    return [one for one in said if one.topic != ""]


def _wants(said: Sequence[Stated], topic: str, address: str | None) -> bool:
    return effective_consent(said, topic=topic, address=address) == "granted"


def mask_address(address: str) -> str:
    """Return an address by which its owner knows it and nobody else can write to it."""
    if not address:
        return ""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}•••@{domain}"
    return f"•••{address[-3:]}" if len(address) > 6 else "•••"


def list_changes(
    offered: Iterable[ChannelChoice], *, wanted: Container[str]
) -> list[tuple[str, str, str]]:
    """Return channel, topic and state of every statement that the choices of a form make.

    `wanted` holds `channel` for a channel that stays on and `channel:topic` for a topic that does.
    What says nothing new is left out. A channel that is off speaks for all its topics.
    """
    changes: list[tuple[str, str, str]] = []
    for choice in offered:
        is_on = choice.channel in wanted
        if is_on != choice.is_on:
            changes.append((choice.channel, "", "granted" if is_on else "withdrawn"))
        if not is_on:
            continue
        for topic in choice.topics:
            wants = f"{choice.channel}:{topic.key}" in wanted
            if wants != topic.is_on:
                changes.append((choice.channel, topic.key, "granted" if wants else "withdrawn"))
    return changes
