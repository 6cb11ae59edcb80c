"""Puts claimed deliveries into words: values of the people, merge sources, links."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from campaigns.catalogs.selectors import find_items
from campaigns.channels.devices import subscription_keys
from campaigns.channels.services import Route
from campaigns.content.answering import Claim, Wish, render_all
from campaigns.content.rules.locales import locale_of
from campaigns.content.rules.rendering import (
    KEPT,
    CompiledWords,
    Refusal,
    present_values,
    trait_values,
)
from campaigns.content.rules.values import keep_read
from campaigns.content.selectors import choose_words, get_compiled_words
from campaigns.contracts import Channel, MessageClass, OutgoingMessage
from campaigns.coupons.services import claim_codes
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
    """A message, the values that the template read for it, and the locale of its words."""

    message: OutgoingMessage
    values: dict[str, Any]
    locale: str


def word_messages(
    rows: Sequence[Decided],
    *,
    route: Route,
    now: datetime,
    ask: Ask = _ask,
    claim: Claim = claim_codes,
) -> list[Worded | Refusal]:
    """Return the message of each delivery of one template version, or why there is none.

    Everybody gets the words of their own language, or a wider one, or the default ones. Coupon codes
    are claimed in the caller's transaction.
    """
    version_id = rows[0].template_version_id
    locales = [choose_words(version_id, locale_of(row.traits or {}, row.locale)) for row in rows]
    compiled = {locale: get_compiled_words(version_id, locale) for locale in set(locales)}
    names = frozenset[str]().union(*(words.names for words in compiled.values()))
    merged = _merged_values(names, rows, ask=ask, now=now)
    wishes = [
        _wish(row, compiled[locale], merged=merged, now=now)
        for row, locale in zip(rows, locales, strict=True)
    ]
    keys = subscription_keys(row.address for row in rows if row.channel == Channel.WEBPUSH)
    wordings: list[Worded | Refusal] = []
    for row, wish, locale, words in zip(
        rows,
        wishes,
        locales,
        render_all(wishes, claim=claim, find=find_items, now=now),
        strict=True,
    ):
        if isinstance(words, Refusal):
            wordings.append(replace(words, locale=locale))
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
            headers=list_headers(wish.links) if is_list_mail else {},
            values={**words.fields, **keys.get(row.address, {})},
        )
        read = keep_read(wish.values, wish.compiled.paths)
        if answers := wish.asks.known():
            read[KEPT] = answers
        wordings.append(Worded(message=message, values=read, locale=locale))
    return wordings


def _wish(
    row: Decided,
    compiled: CompiledWords,
    *,
    merged: Mapping[str, Mapping[CustomerId, dict[str, Any]]],
    now: datetime,
) -> Wish:
    customer_id, traits = CustomerId(row.customer_id), trait_values(row.traits or {})
    values = {**traits, "customer": traits, **present_values(row.ctx or {})}
    for source, by_customer in merged.items():
        values[source] = present_values(by_customer.get(customer_id, {}))
    links = personal_links(row.id, now=now)
    return Wish(
        number=row.id, customer_id=customer_id, compiled=compiled, values=values, links=links
    )


def _merged_values(
    names: frozenset[str], rows: Sequence[Decided], *, ask: Ask, now: datetime
) -> dict[str, dict[CustomerId, dict[str, Any]]]:
    """Ask only the sources that the template reads, each once for the batch."""
    ids = [CustomerId(row.customer_id) for row in rows]
    return {key: ask(source, ids, now) for key, source in merge_sources.items() if key in names}
