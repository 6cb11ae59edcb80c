"""The address `/hooks/…` where providers send webhooks, as a small WSGI application.

It stands beside Django's handler, without middleware: no session, no CSRF, no redirect. Providers
send again what was not answered with 2xx: 429 and 503 ask for that, 400, 401, 404 and 413 say that
it would not help.
"""

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from kernel.errors import DomainError, Invalid, NotFound, Unavailable
from profiles.touchpoints.collection import Environ, StartResponse, sender_ip
from profiles.touchpoints.services.pressure import check_pressure, measured
from profiles.webhooks.rules.signatures import Forged, Incoming
from profiles.webhooks.services.addresses import PREFIX
from profiles.webhooks.services.taking import (
    MAX_BODY_BYTES,
    Receiver,
    find_receiver,
    take_request,
)

log = structlog.get_logger()

Answer = tuple[int, str, bytes, dict[str, str]]

_PHRASES = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
    405: "Method Not Allowed", 413: "Content Too Large", 429: "Too Many Requests",
    503: "Service Unavailable",
}  # fmt: skip
_JSON = "application/json"
_SUCCESS = b'{"success": true}'
# Twilio reads the answer to an incoming message as instructions: do nothing.
_TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request."""
    status, content_type, body, headers = _answer(environ)
    sent = [
        ("Content-Type", content_type), ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"), *headers.items(),
    ]  # fmt: skip
    start_response(f"{status} {_PHRASES[status]}", sent)
    return [body]


def is_webhook(path: str) -> bool:
    """Say whether this application answers the path."""
    return path.startswith(PREFIX)


def _answer(environ: Environ) -> Answer:
    try:
        return _route(environ)
    except NotFound as error:
        return _refusal(404, error)
    except Forged as error:
        return _refusal(401, error)
    except Unavailable as error:
        return _refusal(429, error, {"Retry-After": "5"})
    except Invalid as error:
        return _refusal(413, error)
    except DatabaseError as error:
        # No request of Django begins or ends here, so nobody else replaces a dead connection.
        connection.close_if_unusable_or_obsolete()
        log.error("webhooks.not_stored", error=type(error).__name__)  # noqa: TRY400 (its text may hold values)
        sorry = DomainError("It could not be stored now. Send it again.", code="not_stored")
        return _refusal(503, sorry, {"Retry-After": "2"})


def _route(environ: Environ) -> Answer:
    method = environ["REQUEST_METHOD"]
    if method not in {"POST", "GET", "HEAD"}:
        wrong = DomainError("This address takes POST only.", code="method_not_allowed")
        return _refusal(405, wrong, {"Allow": "POST, GET, HEAD"})
    check_pressure(time.monotonic())
    receiver = find_receiver(environ.get("PATH_INFO", ""), at=time.monotonic())
    if receiver is None:
        raise NotFound("No source has this address. Copy it again from the page of the source.")
    if method != "POST":
        # Some providers, such as Mailchimp, look first whether somebody is there.
        return 200, _JSON, b"" if method == "HEAD" else _SUCCESS, {}
    with measured():
        _take(receiver, environ)
    if receiver.signature.scheme == "twilio":
        return 200, "text/xml", _TWIML, {}
    return 200, _JSON, _SUCCESS, {}


def _take(receiver: Receiver, environ: Environ) -> None:
    length = environ.get("CONTENT_LENGTH") or ""
    most = MAX_BODY_BYTES + 1
    body: bytes = environ["wsgi.input"].read(min(int(length), most) if length.isdigit() else most)
    incoming = Incoming("POST", _public_url(environ), _headers(environ), body)
    take_request(receiver, incoming, ip=sender_ip(environ), now=datetime.now(UTC))


def _public_url(environ: Environ) -> str:
    """Return the address as the provider knows it, whatever proxies made of it."""
    query = environ.get("QUERY_STRING", "")
    path = quote(environ.get("PATH_INFO", ""), safe="/:.-_~")
    return f"{settings.PUBLIC_URL}{path}{'?' if query else ''}{query}"


def _headers(environ: Environ) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): str(value).encode(errors="replace").decode()
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return headers


def _refusal(status: int, error: DomainError, headers: dict[str, Any] | None = None) -> Answer:
    body = {"success": False, "code": error.code, "message": error.message}
    return status, _JSON, json.dumps(body).encode(), headers or {}
