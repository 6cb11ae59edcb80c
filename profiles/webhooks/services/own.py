"""Webhooks for our own programs: a source by name, and requests that need no signature."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from kernel.errors import NotFound
from profiles.touchpoints.services.accepting import Checked, accept_request
from profiles.webhooks.models import Webhook
from profiles.webhooks.rules.bodies import keep_request
from profiles.webhooks.rules.ready import find_ready
from profiles.webhooks.rules.signatures import make_secret
from profiles.webhooks.services.settings import NewWebhook, create_webhook
from profiles.webhooks.services.taking import ROUTE


def find_webhook(name: str, *, ready: str, actor: str, now: datetime) -> int:
    """Return the webhook source of a name, made where it is missing; see the facade."""
    known = Webhook.objects.filter(source__name=name).first()
    if known is not None:
        return known.source_id
    chosen = find_ready(ready)
    if chosen is None:
        raise NotFound(f"There is no ready mapping “{ready}”.")
    draft = NewWebhook(
        name=name, mapping=chosen.mapping_text, ready=ready,
        signature=chosen.signature.model_dump(exclude_defaults=True),
        secret=make_secret(chosen.signature.scheme),
    )  # fmt: skip
    return create_webhook(draft, actor=actor, now=now).source_id


def take_webhook(
    source_id: int, body: Mapping[str, Any], *, headers: Mapping[str, str], now: datetime
) -> None:
    """Put a request into the inbox; see the facade."""
    kept = keep_request(msgspec.json.encode(dict(body)), headers=headers)
    accept_request(Checked(kept, 1, None), source_id=source_id, route=ROUTE, ip=None, now=now)
