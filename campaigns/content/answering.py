"""Answers what messages ask while they are put into words, for a whole batch at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from campaigns.catalogs.rules import ItemAsk
from campaigns.content.rules.asking import Asks
from campaigns.content.rules.rendering import (
    CompiledWords,
    PersonalLinks,
    Refusal,
    Rendered,
    render_words,
)
from kernel.sql import SqlFile, bigint_array, uuid_array
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
