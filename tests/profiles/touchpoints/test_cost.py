"""The work of storing grows with the messages, never with their square."""

from datetime import UTC, datetime

import pytest

from profiles.touchpoints.services.draining import drain_inbox
from tests.plans import empty_anew, statements_seen
from tests.profiles.collecting import Sender

MESSAGES = 1_000
MOST_ROWS = 150
"""Rows a statement may take in for each message; comparing all with all would be 1,000 and more."""


def identify(number: int):
    return {"type": "identify", "userId": f"u-{number % 700}", "anonymousId": f"a-{number % 800}",
            "traits": {"email": f"u{number % 700}@x.example", "plan": "pro", "number": number}}  # fmt: skip


def track(number: int):
    return {"type": "track", "event": f"Event {number % 90}", "userId": f"u-{number % 300}",
            "anonymousId": f"a-{number}", "properties": {"revenue": number}}  # fmt: skip


def page(number: int):
    return {"type": "page", "anonymousId": f"stranger-{number}", "name": "Home",
            "context": {"locale": "de-DE", "timezone": "Europe/Berlin"}}  # fmt: skip


def group(number: int):
    return {"type": "group", "userId": f"u-{number % 300}", "groupId": f"g-{number % 90}",
            "traits": {"name": f"Acme {number % 90}", "employees": number}}  # fmt: skip


def alias(number: int):
    return {"type": "alias", "userId": f"u-{number}", "previousId": f"a-{number % 500}"}


@pytest.mark.parametrize("shape", [identify, track, page, group, alias])
def test_no_statement_compares_each_message_with_each_other_one(sender: Sender, shape):
    empty_anew()
    for start in range(0, MESSAGES, 250):
        sender.send(*(shape(number) for number in range(start, start + 250)))

    with statements_seen() as seen:
        assert drain_inbox(now=datetime.now(UTC)).stored == MESSAGES

    assert len(seen) > 10
    costs = {each.statement: each.rows / MESSAGES for each in seen}
    assert {statement: cost for statement, cost in costs.items() if cost > MOST_ROWS} == {}
