"""Puts claimed deliveries into words: values of the people, merge sources, links."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.channels.devices import subscription_keys
from campaigns.channels.services import Route
from campaigns.content.rules.rendering import (
    Refusal,
    present_values,
    render_words,
    trait_values,
)
from campaigns.content.rules.values import keep_read
from campaigns.content.selectors import get_compiled_words
from campaigns.contracts import Channel, MessageClass, OutgoingMessage
from campaigns.deliveries.links import list_headers, personal_links
from campaigns.deliveries.queries import Decided
from campaigns.extension_points import MergeSource, merge_sources
from profiles.contracts import CustomerId

Ask = Callable[[MergeSource, Sequence[CustomerId], datetime], dict[CustomerId, dict[str, Any]]]


def _ask(
    source: MergeSource, ids: Sequence[CustomerId], now: datetime
) -> dict[CustomerId, dict[str, Any]]:
    return source.values(ids, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """A message, and the values that the template read for it."""

    message: OutgoingMessage
    values: dict[str, Any]


def word_messages(
    rows: Sequence[Decided], *, route: Route, now: datetime, ask: Ask = _ask
) -> list[Worded | Refusal]:
    """Return the message of each delivery of one template version, or why there is none."""
    compiled = get_compiled_words(rows[0].template_version_id)
    merged = _merged_values(compiled.names, rows, ask=ask, now=now)
    keys = subscription_keys(row.address for row in rows if row.channel == Channel.WEBPUSH)
    wordings: list[Worded | Refusal] = []
    for row in rows:
        links = personal_links(row.id, now=now)
        traits = trait_values(row.traits or {})
        values = {**traits, "customer": traits, **present_values(row.ctx or {})}
        for source, by_customer in merged.items():
            values[source] = present_values(by_customer.get(CustomerId(row.customer_id), {}))
        words = render_words(compiled, values=values, links=links)
        if isinstance(words, Refusal):
            wordings.append(words)
            continue
        is_list_mail = row.channel == Channel.EMAIL and row.message_class == MessageClass.MARKETING
        message = OutgoingMessage(
            key=row.key,
            channel=Channel(row.channel),
            address=row.address,
            subject=words.subject,
            text=words.text,
            html=words.html,
            from_address=route.from_address,
            from_name=route.from_name,
            reply_to=route.reply_to,
            report_url=route.report_url,
            headers=list_headers(links) if is_list_mail else {},
            values={**words.fields, **keys.get(row.address, {})},
        )
        wordings.append(Worded(message=message, values=keep_read(values, compiled.paths)))
    return wordings


def _merged_values(
    names: frozenset[str], rows: Sequence[Decided], *, ask: Ask, now: datetime
) -> dict[str, dict[CustomerId, dict[str, Any]]]:
    """Ask only the sources that the template reads, each once for the batch."""
    ids = [CustomerId(row.customer_id) for row in rows]
    return {key: ask(source, ids, now) for key, source in merge_sources.items() if key in names}
