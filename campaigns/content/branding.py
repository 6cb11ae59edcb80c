"""Brand kits: making them, and saving versions of what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic import ValidationError

from campaigns.channels.models import Sender
from campaigns.content.piece_models import BrandKit, BrandVersion
from campaigns.content.rules.brand import BrandValues
from campaigns.contracts import Channel
from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class KitDraft:
    """What a brand kit is made of; `sender` is the key of an e-mail sender."""

    name: str
    values: BrandValues
    sender: UUID | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSender:
    """The e-mail sender of a brand kit; `None` = the channel's default."""

    markets: frozenset[str]
    sender_id: int | None


def list_kits() -> list[BrandKit]:
    """Return all kits, the default one first."""
    return list(
        BrandKit.objects.select_related("live_version", "sender").order_by("-is_default", "name")
    )


def get_kit(key: UUID) -> BrandKit:
    """Return a kit; raises `NotFound`."""
    found = BrandKit.objects.select_related("live_version", "sender").filter(key=key).first()
    if found is None:
        raise NotFound("There is no such brand kit.")
    return found


def values_of(kit: BrandKit) -> BrandValues:
    """Return what the live version of a kit holds."""
    return BrandValues.model_validate(kit.live_version.values if kit.live_version else {})


def list_voices() -> list[tuple[str, str]]:
    """Return how each brand speaks, by the name of its kit."""
    return [(kit.name, voice) for kit in list_kits() if (voice := values_of(kit).voice)]


def list_market_senders() -> list[MarketSender]:
    """Return the sender of each kit with its markets, the default kit first; one statement."""
    return [
        MarketSender(markets=frozenset(values_of(kit).markets), sender_id=kit.sender_id)
        for kit in list_kits()
    ]


def find_market_sender(kits: Sequence[MarketSender], country: Any) -> int | None:
    """Return the sender of the kit for a country, or of the default kit; `None` = no kit has one."""
    market = str(country or "").strip().upper()
    chosen = next((kit for kit in kits if market and market in kit.markets), None)
    if chosen and chosen.sender_id:
        return chosen.sender_id
    return kits[0].sender_id if kits else None


def read_values(written: dict[str, Any]) -> BrandValues:
    """Read the values of a kit as written by people or clients.

    Raises:
        Invalid: one of them cannot be; the field is its name.
    """
    try:
        return BrandValues.model_validate(written)
    except ValidationError as error:
        fault = error.errors()[0]
        field = str(fault["loc"][0])
        raise Invalid(field, _say(field, fault["msg"])) from None


@transaction.atomic
def create_kit(draft: KitDraft, *, key: UUID, actor: str, now: datetime) -> BrandKit:
    """Create a kit with its first version; the first kit becomes the default.

    Raises:
        Conflict: the name is taken.
        Invalid: another kit has one of the markets, or the sender sends no e-mail.
    """
    has_default = BrandKit.objects.filter(is_default=True).exists()
    kit = BrandKit(key=key, is_default=not has_default, created_at=now)
    return _save(kit, draft, actor=actor, now=now)


@transaction.atomic
def save_kit(kit: BrandKit, draft: KitDraft, *, actor: str, now: datetime) -> BrandKit:
    """Save a kit; changed values become its next version, and unchanged ones none.

    Published templates keep the version they were published with.

    Raises:
        Conflict: the name is taken.
        Invalid: another kit has one of the markets, or the sender sends no e-mail.
    """
    return _save(BrandKit.objects.select_for_update().get(pk=kit.pk), draft, actor=actor, now=now)


@transaction.atomic
def delete_kit(kit: BrandKit, *, actor: str, now: datetime) -> None:
    """Delete a kit; published templates keep what they took of it.

    Raises:
        Conflict: it is the default, and others would be left without one.
    """
    if kit.is_default and BrandKit.objects.exclude(pk=kit.pk).exists():
        raise Conflict(f"“{kit.name}” is the default kit. Make another one the default first.")
    BrandKit.objects.filter(pk=kit.pk).update(live_version=None)
    BrandKit.objects.filter(pk=kit.pk).delete()
    record(
        actor=actor, verb="deleted", object_type="brand kit", object_id=str(kit.key),
        before={"name": kit.name}, now=now,
    )  # fmt: skip


def _save(kit: BrandKit, draft: KitDraft, *, actor: str, now: datetime) -> BrandKit:
    others = BrandKit.objects.select_related("live_version").exclude(pk=kit.pk)
    if others.filter(name=draft.name).exists():
        raise Conflict(f"A brand kit named “{draft.name}” exists. Choose another name.")
    for other in others:
        both = sorted(set(values_of(other).markets) & set(draft.values.markets))
        if both:
            raise Invalid("markets", f"“{both[0]}” is a market of the brand kit “{other.name}”.")
    before = {"name": kit.name, "version": _number(kit)} if kit.pk else None
    kit.name, kit.sender = draft.name, _find_sender(draft.sender)
    if draft.is_default and not kit.is_default:
        others.update(is_default=False)
        kit.is_default = True
    kit.save()
    stored = draft.values.model_dump()
    if kit.live_version is None or kit.live_version.values != stored:
        kit.live_version = BrandVersion.objects.create(
            kit=kit, number=_number(kit) + 1, values=stored, saved_at=now, saved_by=actor
        )
        kit.save(update_fields=["live_version"])
    record(
        actor=actor, verb="saved", object_type="brand kit", object_id=str(kit.key),
        before=before, after={"name": kit.name, "version": _number(kit)}, now=now,
    )  # fmt: skip
    return kit


def _number(kit: BrandKit) -> int:
    return kit.live_version.number if kit.live_version else 0


def _find_sender(key: UUID | None) -> Sender | None:
    if key is None:
        return None
    found = Sender.objects.filter(key=key, channel=Channel.EMAIL.value).first()
    if found is None:
        raise Invalid("sender", "There is no e-mail sender with this key.")
    return found


def _say(field: str, message: str) -> str:
    if "pattern" not in message:
        return message[:1].upper() + message[1:] + "."
    match field:
        case "website" | "logo_url":
            return "A whole address that begins with https://."
        case "heading_font" | "body_font":
            return "Names of fonts, separated by commas: Georgia, serif."
        case "markets":
            return "Countries as two letters, separated by commas: DE, AT."
    return "A color as # and six digits: #1f3d2f."
