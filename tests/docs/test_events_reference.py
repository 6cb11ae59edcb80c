"""The page of event types says what is registered."""

import dataclasses
import re
from pathlib import Path

from django.conf import settings

from kernel.events.registry import event_types

ROW = re.compile(
    r"^\| `(?P<name>[a-z_.]+)` \| (?P<version>\d+) \| (?P<payload>[^|]+) \|", re.MULTILINE
)


def test_every_event_type_is_described_with_its_version_and_payload():
    page = Path(settings.BASE_DIR, "docs", "reference", "events.md").read_text(encoding="utf-8")
    described = {
        row["name"]: (int(row["version"]), re.findall(r"`(\w+)`", row["payload"]))
        for row in ROW.finditer(page)
    }
    assert described == {
        name: (kind.version, [field.name for field in dataclasses.fields(kind.payload)])
        for name, kind in event_types.items()
    }
