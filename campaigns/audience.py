"""What messages and journeys take from computed traits and segments: values, and that they use them."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast
from django.urls import reverse

from campaigns.models import Broadcast, Journey, Template, TemplateVersion
from profiles import facade as profiles
from profiles.contracts import CustomerId, UsedBy

# Keys of segments and fields of computed traits, as rules and templates write them.
_NAMES = re.compile(r"computed\.[a-z0-9_]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_OVER = ("finished", "stopped")


class ComputedValues:
    """`{{ computed.SLUG }}` in messages: the computed traits of the person."""

    key = "computed"

    @property
    def samples(self) -> Mapping[str, str]:
        """A value for each trait in use, to preview a message without a person."""
        return {slug: f"[{name}]" for slug, name in profiles.list_computed_traits().items()}

    def values(
        self, customer_ids: Sequence[CustomerId], *, now: datetime
    ) -> dict[CustomerId, dict[str, Any]]:
        """Return the values of each person. Two statements for the whole batch."""
        return profiles.get_computed_values(customer_ids)


class AccountValues:
    """`{{ account.SLUG }}` in messages: what is known about the accounts of the person."""

    key = "account"

    @property
    def samples(self) -> Mapping[str, str]:
        """A value for each known trait, to preview a message without a person."""
        return {slug: f"[{name}]" for slug, name in profiles.list_account_traits().items()}

    def values(
        self, customer_ids: Sequence[CustomerId], *, now: datetime
    ) -> dict[CustomerId, dict[str, Any]]:
        """Return the values of each person. One statement for the whole batch."""
        return profiles.get_account_values(customer_ids)


class CampaignUsage:
    """Live journeys and templates that use segments or computed traits."""

    key = "campaigns"

    def list_users(self, kind: str, used: Mapping[str, int]) -> dict[str, list[UsedBy]]:
        """List them by what they use; journeys that ended and drafts use nothing.

        Two or three statements, whatever the number of segments or traits.
        """
        authored = Cast("live_version__definition", TextField())
        rows = Journey.objects.filter(status__in=["live", "paused"]).annotate(authored=authored)
        names = {number: key for key, number in used.items()} if kind == "segment" else {}
        found: dict[str, list[UsedBy]] = {}
        for journey in rows.order_by("name").prefetch_related("live_version__triggers"):
            version = journey.live_version
            triggers = {one.segment_id for one in version.triggers.all()} if version else set()
            words = _words(journey.authored) | {names[pk] for pk in names if pk in triggers}
            _collect(found, words & set(used), _user("journey", journey.name, journey.key))
        if kind in {"computed", "segment"}:
            for template in Template.objects.select_related("live_version").order_by("name"):
                words = _words(_text_of(template.live_version))
                _collect(found, words & set(used), _user("template", template.name, template.key))
        return found


class JourneyTemplates:
    """The live and paused journeys that send a template."""

    key = "journeys"

    def list_users(self, template: UUID) -> list[UsedBy]:
        """List them by name. One statement over the live versions of journeys, which are few."""
        authored = Cast("live_version__definition", TextField())
        rows = Journey.objects.filter(status__in=["live", "paused"]).annotate(authored=authored)
        found = rows.filter(authored__contains=str(template)).order_by("name")
        return [_user("journey", journey.name, journey.key) for journey in found]


class BroadcastTemplates:
    """The broadcasts that send a template, finished ones left out."""

    key = "broadcasts"

    def list_users(self, template: UUID) -> list[UsedBy]:
        """List them by name. One statement."""
        rows = Broadcast.objects.filter(template__key=template).exclude(status__in=_OVER)
        return [_user("broadcast", row.name, row.key) for row in rows.order_by("name")]


class DrawingTemplates:
    """The templates whose live words draw from a catalog or a coupon pool."""

    key = "templates"

    def list_users(self, source: str) -> list[UsedBy]:
        """List them by name. One statement."""
        rows = Template.objects.filter(live_version__sources__contains=[source]).order_by("name")
        return [_user("template", row.name, row.key) for row in rows]


def _words(text: str | None) -> set[str]:
    return set(_NAMES.findall(text or ""))


def _text_of(version: TemplateVersion | None) -> str:
    if version is None:
        return ""
    parts = (
        version.subject,
        version.source,
        version.html,
        version.text,
        str(version.fields),
        str(version.segments),
    )
    return "\n".join(parts)


def _collect(found: dict[str, list[UsedBy]], words: set[str], user: UsedBy) -> None:
    for word in words:
        found.setdefault(word, []).append(user)


def _user(kind: str, name: str, key: object) -> UsedBy:
    return UsedBy(kind=kind, name=name, url=reverse(f"campaigns:{kind}", args=[key]))
