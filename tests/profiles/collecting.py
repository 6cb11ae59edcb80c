"""A sender of events for tests, through the collection API, without a network."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from profiles.models import Event, Identity, Touchpoint
from profiles.touchpoints.collection import application
from profiles.touchpoints.services.draining import Drained, drain_inbox
from profiles.touchpoints.services.keys import forget_keys
from profiles.touchpoints.services.pressure import forget_pressure
from profiles.touchpoints.services.sources import create_source


@dataclass
class Sender:
    """A program with a write key."""

    source_id: int
    write_key: str
    client: httpx.Client

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return self.client.post(path, json=body, auth=(self.write_key, ""), **options)

    def send(self, *messages: dict[str, Any], **envelope: Any) -> httpx.Response:
        answer = self.post("/v1/batch", {"batch": list(messages), **envelope})
        assert answer.status_code == 200, answer.text
        return answer

    def deliver(self, *messages: dict[str, Any], **envelope: Any) -> Drained:
        """Send and store."""
        self.send(*messages, **envelope)
        return drain_inbox(now=datetime.now(UTC))


@pytest.fixture
def sender(db: None) -> Sender:
    forget_keys()
    forget_pressure()
    source, write_key = create_source("Shop", now=datetime.now(UTC))
    client = httpx.Client(
        transport=httpx.WSGITransport(app=application), base_url="http://mcps.test"
    )
    return Sender(source.id, write_key, client)


def events_of(kind: str, value: str) -> list[str]:
    """Return the names of a person's touchpoints by time."""
    person = Identity.objects.get(kind=kind, value=value).customer_id
    rows = Touchpoint.objects.filter(customer_id=person).order_by("occurred_at", "id")
    names = dict(Event.objects.values_list("id", "name"))
    return [names[event_id] for event_id in rows.values_list("event_id", flat=True)]


def people() -> set[frozenset[tuple[str, str]]]:
    """Return everybody as the set of their identifiers."""
    found: dict[int, set[tuple[str, str]]] = {}
    for customer_id, kind, value in Identity.objects.values_list("customer_id", "kind", "value"):
        found.setdefault(customer_id, set()).add((kind, value))
    return {frozenset(refs) for refs in found.values()}
