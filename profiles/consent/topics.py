"""The topics that staff define; what people said about one stays when it is archived."""

from datetime import datetime

from django.db import IntegrityError, transaction

from kernel.audit import record
from kernel.errors import Conflict
from profiles.consent.models import Topic


def create_topic(key: str, *, name: str, description: str, actor: str, now: datetime) -> Topic:
    """Add a topic to the preference center.

    Raises:
        Conflict: the key is taken; an archived topic keeps its key.
    """
    try:
        with transaction.atomic():
            topic = Topic.objects.create(
                key=key, name=name, description=description, created_at=now
            )
    except IntegrityError:
        raise Conflict(f"There is a topic “{key}” already. Choose another key.") from None
    _note(topic, "created", {}, actor=actor, now=now)
    return topic


def change_topic(topic: Topic, *, name: str, description: str, actor: str, now: datetime) -> None:
    """Give a topic other words; its key, and what people said about it, stay."""
    before = _shown(topic)
    topic.name, topic.description = name, description
    topic.save(update_fields=["name", "description"])
    _note(topic, "changed", before, actor=actor, now=now)


def set_archived(topic: Topic, *, is_archived: bool, actor: str, now: datetime) -> None:
    """Take a topic out of the preference center, or put it back."""
    before = _shown(topic)
    topic.archived_at = now if is_archived else None
    topic.save(update_fields=["archived_at"])
    _note(topic, "archived" if is_archived else "restored", before, actor=actor, now=now)


def _shown(topic: Topic) -> dict[str, object]:
    return {
        "name": topic.name, "description": topic.description, "is_archived": bool(topic.archived_at),
    }  # fmt: skip


def _note(topic: Topic, verb: str, before: dict[str, object], *, actor: str, now: datetime) -> None:
    record(
        actor=actor, verb=verb, object_type="consent_topic", object_id=topic.key,
        before=before, after=_shown(topic), now=now,
    )  # fmt: skip
