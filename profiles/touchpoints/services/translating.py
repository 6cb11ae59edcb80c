"""Requests of a foreign form: other slices turn them into messages when they are drained.

A request is stored whole or not at all: when one of its messages cannot be used, the request goes
to quarantine as it came, so that it can be translated again after the cause is mended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from kernel.registry import Registry
from profiles.identities.rules import Refused
from profiles.touchpoints.rules.instants import from_micros
from profiles.touchpoints.rules.messages import Arrival, interpret_message, read_message
from profiles.touchpoints.services.judging import Verdicts
from profiles.touchpoints.services.opening import KeptMessage, Pending, keep


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one request of a foreign form: its messages, or why it was refused."""

    source_id: int
    request_id: str
    received_at: datetime
    body: bytes
    message_ids: Sequence[bytes] = ()
    refused: Refused | None = None


class Translation(Protocol):
    """Translates the requests of one batch."""

    def translate(self, source_id: int, body: bytes) -> Sequence[bytes]:
        """Return the messages of a request as JSON in the Segment form.

        Raises:
            Refused: nothing can be made of it now.
        """
        ...

    def note(self, outcomes: Sequence[Outcome], *, stored: set[bytes], now: datetime) -> None:
        """Record how the requests of the batch went; `stored` are the ids of new messages."""
        ...


class Translator(Protocol):
    """Begins the translation of a batch, with what is configured at that moment."""

    def begin(self) -> Translation:
        """Return the translation of one batch, inside its transaction."""
        ...


translators: Registry[Translator] = Registry("translator of requests")
"""By the route under which the requests lie in the inbox."""


class Reading:
    """Reads the messages of one batch, and tells the translators in the end how it went."""

    def __init__(self) -> None:
        self._begun: dict[str, Translation] = {}
        self._outcomes: dict[str, dict[str, Outcome]] = {}
        self._verdicts = Verdicts()

    def open(self, pending: Pending) -> list[Arrival]:
        """Return what an opened message says, or the messages that come of a foreign request.

        Raises:
            Refused: it cannot be used.
        """
        if pending.message is None:
            return self.read(keep(pending))
        arrival = interpret_message(pending.message, pending.envelope, pending.key)
        pending.message = None
        return [self._verdicts.judge(arrival)]

    def read(self, kept: KeptMessage) -> list[Arrival]:
        """Return what a message says, or the messages that come of a foreign request.

        Raises:
            Refused: it cannot be used.
        """
        translator = translators.find(kept.envelope.route)
        if translator is None:
            arrival = read_message(kept.message, kept.envelope, fallback_id=kept.fallback_id)
            return [self._verdicts.judge(arrival)]
        outcome = self._outcome(kept)
        translation = self._begun.get(kept.envelope.route)
        if translation is None:
            translation = self._begun[kept.envelope.route] = translator.begin()
        envelope = msgspec.structs.replace(kept.envelope, route="batch", ip=None)
        arrivals = [
            self._verdicts.judge(
                read_message(message, envelope, fallback_id=f"{kept.fallback_id}.{position}")
            )
            for position, message in enumerate(
                translation.translate(outcome.source_id, outcome.body)
            )
        ]
        outcome.message_ids = [arrival.message_id for arrival in arrivals]
        return arrivals

    def refuse(self, kept: KeptMessage, problem: Refused) -> None:
        """Note that a message was refused."""
        if translators.find(kept.envelope.route) is not None:
            self._outcome(kept).refused = problem

    def close(self, stored: Sequence[Arrival], *, now: datetime) -> None:
        """Tell the translators what was stored, and count what was not as planned."""
        self._verdicts.record(stored, now=now)
        fresh = {arrival.message_id for arrival in stored} if self._outcomes else set()
        for route, outcomes in self._outcomes.items():
            if route in self._begun:
                self._begun[route].note(list(outcomes.values()), stored=fresh, now=now)

    def _outcome(self, kept: KeptMessage) -> Outcome:
        known = self._outcomes.setdefault(kept.envelope.route, {})
        if kept.fallback_id not in known:
            known[kept.fallback_id] = Outcome(
                source_id=kept.envelope.source_id, request_id=kept.fallback_id,
                received_at=from_micros(kept.envelope.received_at), body=bytes(kept.message),
            )  # fmt: skip
        return known[kept.fallback_id]
