"""Turns requests that lie in the inbox into messages, by the mapping of their source."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from profiles.identities.rules import ERASED, Refused
from profiles.touchpoints.services.translating import Outcome
from profiles.webhooks.models import Webhook, WebhookDelivery
from profiles.webhooks.queries import DeliveryRow, note_deliveries
from profiles.webhooks.rules.applying import map_request
from profiles.webhooks.rules.bodies import read_request
from profiles.webhooks.rules.mapping import BadMapping, Mapping, read_mapping

_Kind = WebhookDelivery.Outcome


class WebhookTranslator:
    """Begins the translation of a batch."""

    def begin(self) -> "WebhookTranslation":
        """Return the translation of one batch, with the mappings as they are now."""
        return WebhookTranslation()


class WebhookTranslation:
    """Translates the requests of one batch; reads each mapping once."""

    def __init__(self) -> None:
        self._mappings: dict[int, Mapping] = {}

    def translate(self, source_id: int, body: bytes) -> Sequence[bytes]:
        """Return the messages of a request as JSON.

        Raises:
            Refused: the body or the mapping does not allow it.
        """
        request = read_request(body)
        return [msgspec.json.encode(m) for m in map_request(self._mapping(source_id), request)]

    def note(self, outcomes: Sequence[Outcome], *, stored: set[bytes], now: datetime) -> None:
        """Note how the requests went, in the transaction that stores their events."""
        note_deliveries([_row(outcome, stored) for outcome in outcomes])

    def _mapping(self, source_id: int) -> Mapping:
        if source_id not in self._mappings:
            texts = Webhook.objects.filter(source_id=source_id).values_list("mapping", flat=True)
            try:
                self._mappings[source_id] = read_mapping(texts.first() or "")
            except BadMapping:
                text = "The mapping of this source cannot be used. Open it, and save it again."
                raise Refused("bad_mapping", "", text) from None
        return self._mappings[source_id]


def _row(outcome: Outcome, stored: set[bytes]) -> DeliveryRow:
    refused = outcome.refused
    fresh = sum(message_id in stored for message_id in outcome.message_ids)
    if refused is not None:
        kind = _Kind.QUARANTINED
    elif not outcome.message_ids:
        kind = _Kind.IGNORED
    else:
        kind = _Kind.STORED if fresh else _Kind.REPEATED
    is_erased = refused is not None and refused.reason == ERASED
    return DeliveryRow(
        outcome.source_id, outcome.request_id, outcome.received_at, kind.value, fresh,
        refused.field if refused else "", refused.detail if refused else "",
        b"" if is_erased else outcome.body,
    )  # fmt: skip
