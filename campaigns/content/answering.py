"""Answers what messages ask while they are put into words, for a whole batch at once."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from campaigns.content.rules.asking import Asks, ItemAsk
from campaigns.content.rules.rendering import (
    CompiledWords,
    PersonalLinks,
    Refusal,
    Rendered,
    render_words,
)
from kernel.sql import SqlFile, bigint_array, text_array, uuid_array
from profiles.contracts import CustomerId

SQL = SqlFile(__file__, "answers")
# An item may lead to another item; more than this is a maze.
_ROUNDS: Final = 5

Claim = Callable[[str, Sequence[int], datetime], Mapping[int, str]]
Find = Callable[[Sequence[ItemAsk]], dict[str, list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One message to be put into words. `number` is its delivery's, or any other in a preview."""

    number: int
    customer_id: CustomerId | None
    compiled: CompiledWords
    values: Mapping[str, Any]
    links: PersonalLinks
    asks: Asks = field(default_factory=Asks)


def render_all(
    wishes: Sequence[Wish], *, claim: Claim, find: Find, now: datetime
) -> list[Rendered | Refusal]:
    """Put messages into words; their answers are in their `asks` afterwards.

    One statement for all segments, one or two for the items of each round, one for each coupon pool.
    A code is claimed only for a message that is whole but for it.
    """
    _answer_segments(wishes)
    done: dict[int, Rendered | Refusal] = {}
    left = list(wishes)
    for _ in range(_ROUNDS):
        seeking, lacking = list[Wish](), list[Wish]()
        for wish in left:
            asks = wish.asks
            words = render_words(wish.compiled, values=wish.values, links=wish.links, asks=asks)
            if asks.wanted_items:
                seeking.append(wish)
            elif asks.wanted_codes and isinstance(words, Rendered):
                lacking.append(wish)
            else:
                done[wish.number] = words
        left = [*seeking, *lacking]
        if not left:
            break
        _answer_items(seeking, find=find)
        _answer_codes(lacking, claim=claim, now=now)
    return [done.get(wish.number, Refusal(reason="render_limit")) for wish in wishes]


def find_items(asks: Sequence[ItemAsk]) -> dict[str, list[dict[str, Any]]]:
    """Return the items that questions ask for, by the text of the question. At most two statements."""
    found: dict[str, list[dict[str, Any]]] = {ask.key: [] for ask in asks}
    by_key = [ask for ask in asks if not ask.field]
    by_field = [ask for ask in asks if ask.field]
    if by_key:
        params: dict[str, Any] = {
            "catalogs": text_array(ask.catalog for ask in by_key),
            "keys": text_array(str(ask.value) for ask in by_key),
        }
        for n, item in SQL.run("find_by_key", params):
            found[by_key[n - 1].key].append(item)
    if by_field:
        params = {
            "catalogs": text_array(ask.catalog for ask in by_field),
            "fields": text_array(ask.field for ask in by_field),
            "values": text_array(json.dumps(ask.value, default=str) for ask in by_field),
            "limits": [ask.limit for ask in by_field],
        }
        for n, item in SQL.run("find_by_field", params):
            found[by_field[n - 1].key].append(item)
    return found


def claim_codes(pool: str, deliveries: Sequence[int], now: datetime) -> dict[int, str]:
    """Give each delivery a code of a pool, the same one at every call; see the statement.

    In the caller's transaction. Deliveries for which no code is left are absent.
    """
    params = {"pool": pool, "deliveries": bigint_array(deliveries), "now": now}
    return dict(SQL.run("claim_codes", params))


def sample_codes(_pool: str, numbers: Sequence[int], _now: datetime) -> dict[int, str]:
    """Return codes that stand for real ones in previews and rehearsals; none is given away."""
    return dict.fromkeys(numbers, "SAMPLE-CODE")


def sample_items(asks: Sequence[ItemAsk]) -> dict[str, list[dict[str, Any]]]:
    """Return what is asked for, or the first items of a catalog in its place."""
    found = find_items(asks)
    missing = [ask for ask in asks if not found[ask.key]]
    if missing:
        params = {"catalogs": text_array({ask.catalog for ask in missing})}
        first: dict[str, list[dict[str, Any]]] = {}
        for slug, item in SQL.run("find_any", params):
            first.setdefault(slug, []).append(item)
        found |= {ask.key: first.get(ask.catalog, [])[: ask.limit] for ask in missing}
    return found


def _answer_segments(wishes: Iterable[Wish]) -> None:
    asking = [wish for wish in wishes if wish.compiled.segments and wish.customer_id]
    keys = {key for wish in asking for key in wish.compiled.segments.values()}
    if not asking:
        return
    params = {
        "keys": uuid_array(UUID(key) for key in keys),
        "ids": bigint_array({wish.customer_id for wish in asking if wish.customer_id}),
    }
    inside = set(SQL.run("list_memberships", params))
    for wish in asking:
        for name, key in wish.compiled.segments.items():
            wish.asks.segments[name] = (key, wish.customer_id) in inside


def _answer_items(wishes: Sequence[Wish], *, find: Find) -> None:
    asked = {key: ask for wish in wishes for key, ask in wish.asks.wanted_items.items()}
    found = find(list(asked.values())) if asked else {}
    for wish in wishes:
        wish.asks.items.update({key: found[key] for key in wish.asks.wanted_items})
        wish.asks.wanted_items.clear()
        # Codes are noted again once the message is whole.
        wish.asks.wanted_codes.clear()


def _answer_codes(wishes: Sequence[Wish], *, claim: Claim, now: datetime) -> None:
    # By name, so that two workers who need two pools never wait for each other crosswise.
    for pool in sorted({pool for wish in wishes for pool in wish.asks.wanted_codes}):
        asking = [wish for wish in wishes if pool in wish.asks.wanted_codes]
        given = claim(pool, [wish.number for wish in asking], now)
        for wish in asking:
            wish.asks.codes[pool] = given.get(wish.number)
    for wish in wishes:
        wish.asks.wanted_codes.clear()
