"""The calls other apps may make: contracts in, contracts out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.broadcasts.services import drafting as broadcasts
from campaigns.catalogs import services as catalogs
from campaigns.channels import services as channels
from campaigns.content import branding, sharing
from campaigns.content import services as content
from campaigns.content.rules.shared import BlockKind
from campaigns.contracts import (
    MessageClass,
    PublishedJourney,
    SenderDraft,
    TemplateDraft,
    TemplateId,
)
from campaigns.coupons import services as coupons
from campaigns.deliveries.models import FrequencyCap, QuietHours, VolumeLimit
from campaigns.deliveries.services import limits
from campaigns.journeys import selectors
from campaigns.journeys.rules.specs import SpecDocument
from campaigns.journeys.services import publish, specifying
from kernel.ids import new_key


def create_sender(draft: SenderDraft, *, key: UUID, actor: str, now: datetime) -> None:
    """Create a sender; the first one of a channel becomes its default.

    Raises:
        Conflict: the name is taken.
        Invalid: the provider does not serve the channel, or its settings are wrong.
    """
    channels.create_sender(draft, key=key, actor=actor, now=now)


def create_template(
    name: str,
    *,
    key: UUID,
    draft: TemplateDraft,
    purpose: tuple[MessageClass, str],
    actor: str,
    now: datetime,
) -> TemplateId:
    """Create a template with its first version. `purpose` is message class and consent topic.

    Raises:
        Conflict: the name is taken.
        Invalid: a part cannot be compiled, or a marketing mail has no way to unsubscribe.
    """
    template = content.create_template(
        name, key=key, draft=draft, purpose=purpose, actor=actor, now=now
    )
    return TemplateId(template.pk)


def create_brand_kit(
    name: str, *, key: UUID, values: dict[str, Any], actor: str, now: datetime
) -> None:
    """Create a brand kit; the first one becomes the default.

    Raises:
        Conflict: the name is taken.
        Invalid: a value cannot be so; the field is its name.
    """
    draft = branding.KitDraft(name=name, values=branding.read_values(values))
    branding.create_kit(draft, key=key, actor=actor, now=now)


def create_shared_block(
    slug: str, *, key: UUID, parts: dict[str, str], actor: str, now: datetime
) -> None:
    """Create a shared block; `parts` are its name, its source, and its kind: sections, column, words.

    Raises:
        Conflict: the slug is taken.
        Invalid: it cannot be compiled.
    """
    kind = BlockKind(parts["kind"])
    draft = sharing.BlockDraft(slug=slug, name=parts["name"], kind=kind, source=parts["source"])
    sharing.create_block(draft, key=key, actor=actor, now=now)


def create_catalog(
    name: str,
    *,
    slug: str,
    items: Sequence[tuple[str, Mapping[str, Any]]],
    actor: str,
    now: datetime,
) -> None:
    """Create a catalog of items, keys with values; its fields are those that fit them.

    Raises:
        Conflict: name or slug is taken.
        Invalid: a field or a value cannot be.
    """
    catalogs.create_from_items(
        name, slug=slug, key=new_key(now=now), items=items, actor=actor, now=now
    )


def create_coupon_pool(
    name: str, *, slug: str, codes: Sequence[str], actor: str, now: datetime
) -> None:
    """Create a coupon pool with its codes.

    Raises:
        Conflict: name or slug is taken.
        Invalid: there are no codes, or one is too long.
    """
    pool = coupons.create_pool(
        name, slug=slug, key=new_key(now=now), warn_below=100, actor=actor, now=now
    )
    coupons.add_codes(pool, codes, actor=actor, now=now)


def publish_journey(
    name: str, *, key: UUID, definition: dict[str, Any], actor: str, now: datetime
) -> PublishedJourney:
    """Create a journey and publish its first version; people enter from now on.

    Raises:
        Conflict: the name is taken.
        Invalid: the definition has a fault; `field` is its path.
    """
    journey = publish.create_journey(name, key=key, actor=actor, now=now)
    return publish.publish_journey(journey, definition=definition, actor=actor, now=now)


def add_journey_spec(
    journey: UUID, *, name: str, document: dict[str, Any], actor: str, now: datetime
) -> None:
    """Keep a spec with a journey; it runs before every later publishing.

    Raises:
        NotFound: there is no such journey.
        Conflict: another spec of the journey has the name.
    """
    spec = SpecDocument.model_validate(document)
    found = selectors.get_journey(journey)
    specifying.save_spec(found, None, name=name, document=spec, actor=actor, now=now)


def start_broadcast(
    name: str, *, key: UUID, template: UUID, parts: dict[str, Any], actor: str, now: datetime
) -> None:
    """Create a broadcast of a published template and start it; `parts` are its other fields.

    Raises:
        Conflict: the name is taken.
        Invalid: a part cannot be, or is missing.
    """
    chosen = {**parts, "template": broadcasts.find_template(template)}
    broadcasts.create_broadcast(name, key=key, parts=chosen, actor=actor, now=now)
    broadcasts.start_broadcast(key, actor=actor, now=now)


def set_frequency_cap(name: str, *, parts: dict[str, Any], actor: str, now: datetime) -> None:
    """Create a frequency cap.

    Raises:
        Conflict: the name is taken.
    """
    limits.save_limit(FrequencyCap(name=name, **parts), actor=actor, now=now)


def set_quiet_hours(channel: str, *, parts: dict[str, Any], actor: str, now: datetime) -> None:
    """Create the quiet hours of a channel.

    Raises:
        Conflict: the channel has some.
    """
    limits.save_limit(QuietHours(channel=channel, **parts), actor=actor, now=now)


def set_volume_limit(name: str, *, parts: dict[str, Any], actor: str, now: datetime) -> None:
    """Create a throttle or a budget.

    Raises:
        Conflict: the name is taken.
    """
    limits.save_limit(VolumeLimit(name=name, **parts), actor=actor, now=now)
