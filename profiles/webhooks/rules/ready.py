"""Ready mappings: one JSON file for each provider, with a sample request to try it on."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field

from profiles.webhooks.rules.bodies import Request
from profiles.webhooks.rules.mapping import Mapping
from profiles.webhooks.rules.signatures import Signature
from profiles.webhooks.rules.values import Strict
from profiles.webhooks.rules.writing import write_json

FOLDER = Path(__file__).resolve().parent.parent / "ready"


class Sample(Strict):
    """A request such as the provider sends it."""

    headers: dict[str, str] = {}
    body: Any

    def request(self) -> Request:
        """Return it as a mapping reads it."""
        return Request(self.body, {name.lower(): value for name, value in self.headers.items()})


class Ready(Strict):
    """What is known about one provider's webhooks. `secret` says where the secret comes from."""

    key: str
    name: str
    order: int
    description: str
    documentation: str = ""
    steps: list[str] = Field(min_length=1)
    signature: Signature
    secret: str = ""
    gives_secret: bool = False
    mapping: Mapping
    mapping_text: str
    sample: Sample


@cache
def list_ready() -> tuple[Ready, ...]:
    """Return the ready mappings in the order of the gallery."""
    return tuple(sorted(map(_load, FOLDER.glob("*.json")), key=lambda ready: ready.order))


def find_ready(key: str) -> Ready | None:
    """Return one ready mapping, or `None`."""
    return next((ready for ready in list_ready() if ready.key == key), None)


def _load(file: Path) -> Ready:
    document = json.loads(file.read_text(encoding="utf-8"))
    return Ready.model_validate(
        {**document, "key": file.stem, "mapping_text": write_json(document["mapping"])}
    )
