"""A provider of webhooks for tests: it signs as the real one does, without a network."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from mcps_site.wsgi import application
from profiles.models import Webhook
from profiles.touchpoints.services.draining import Drained, drain_inbox
from profiles.touchpoints.services.pressure import forget_pressure
from profiles.webhooks.rules.ready import Ready, find_ready
from profiles.webhooks.services.addresses import write_address
from profiles.webhooks.services.settings import NewWebhook, create_webhook, save_mapping
from profiles.webhooks.services.taking import forget_receivers

SECRET = "shpss_a-secret-of-tests"
Signer = Callable[[bytes], dict[str, str]]


def sign_shopify(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode()}


def sign_stripe(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    stamp = int(at or datetime.now(UTC).timestamp())
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return {"Stripe-Signature": f"t={stamp},v1={digest.hexdigest()},v0=old"}


def sign_nothing(body: bytes) -> dict[str, str]:
    return {}


@dataclass
class Provider:
    """A provider that was given the address of a source."""

    webhook: Webhook
    client: httpx.Client
    signer: Signer

    @property
    def mapping(self) -> dict[str, Any]:
        """The mapping, to be changed and saved."""
        document: dict[str, Any] = json.loads(self.webhook.mapping)
        return document

    def save(self, mapping: dict[str, Any]) -> None:
        """Save a mapping instead of the first one."""
        now = datetime.now(UTC)
        save_mapping(self.webhook, json.dumps(mapping), version=1, actor="user:1", now=now)

    @property
    def address(self) -> str:
        url = write_address(self.webhook.source.key, version=self.webhook.address_version)
        return httpx.URL(url).raw_path.decode()

    def send(self, body: Any, **headers: str) -> httpx.Response:
        """Send a signed request; `x_topic="a"` is the header X-Topic."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Content-Type": "application/json", **self.signer(content), **named}
        return self.client.post(self.address, content=content, headers=sent)

    def deliver(self, body: Any, **headers: str) -> Drained:
        """Send and store."""
        answer = self.send(body, **headers)
        assert answer.status_code == 200, answer.text
        return drain_inbox(now=datetime.now(UTC))


def ready(key: str) -> Ready:
    found = find_ready(key)
    assert found is not None
    return found


def make_provider(key: str, mapping: str, signature: dict[str, Any], signer: Signer) -> Provider:
    forget_receivers()
    forget_pressure()
    draft = NewWebhook(
        name=key, mapping=mapping, signature=signature, ready=key,
        secret="" if signature["scheme"] == "none" else SECRET,
    )  # fmt: skip
    webhook = create_webhook(draft, actor="user:1", now=datetime.now(UTC))
    transport = httpx.WSGITransport(app=application)
    return Provider(webhook, httpx.Client(transport=transport, base_url="http://mcps.test"), signer)


@pytest.fixture
def shop(db: None) -> Provider:
    return make_provider(
        "shopify", ready("shopify").mapping_text, {"scheme": "shopify"}, sign_shopify
    )


@pytest.fixture
def till(db: None) -> Provider:
    return make_provider("stripe", ready("stripe").mapping_text, {"scheme": "stripe"}, sign_stripe)


SIMPLE = json.dumps(
    {
        "rules": [
            {
                "event": "$.what",
                "identities": {"user_id": "$.who"},
                "message_id": "$.id",
                "properties": {"total": {"path": "$.total", "as": "number"}},
            }
        ]
    }
)


@pytest.fixture
def plain(db: None) -> Provider:
    return make_provider("plain", SIMPLE, {"scheme": "none"}, sign_nothing)
