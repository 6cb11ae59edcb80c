"""The collection API `/v1/…`, wire-compatible with Segment, as a small WSGI application.

It stands beside Django's handler, without middleware: no session, no CSRF, no redirect. Answers
are exactly 200, or 400, 401, 404, 405, 413 (never retried) and 429, 503 (always retried), each
with `code` and `message`, because SDKs read both.
"""

import base64
import binascii
import functools
import ipaddress
import json
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import structlog
from django.conf import settings
from django.db import Error, connection

from kernel.errors import DomainError, Invalid, Unavailable
from profiles.touchpoints.services.accepting import (
    MAX_REQUEST_BYTES,
    accept_request,
    check_request,
)
from profiles.touchpoints.services.keys import find_source_id
from profiles.touchpoints.services.pressure import check_pressure, measured
from profiles.touchpoints.snippet import answer_snippet

log = structlog.get_logger()

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Answer = tuple[int, str, bytes, dict[str, str]]

ROUTES = {
    "identify": "identify", "i": "identify", "track": "track", "t": "track", "page": "page",
    "p": "page", "screen": "screen", "s": "screen", "group": "group", "g": "group",
    "alias": "alias", "a": "alias", "batch": "batch", "b": "batch", "import": "import",
}  # fmt: skip
_PHRASES = {
    200: "OK", 204: "No Content", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized",
    404: "Not Found", 405: "Method Not Allowed", 429: "Too Many Requests", 503: "Service Unavailable",
}  # fmt: skip
_SUCCESS = b'{"success": true}'
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_JSON = "application/json"
_GZIP_MAGIC = b"\x1f\x8b"


class Unauthorized(DomainError):
    """There is no source with this write key."""

    code = "unknown_write_key"


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request."""
    status, content_type, body, headers = _answer(environ)
    headers = {"Cache-Control": "no-store"} | headers
    sent = [
        ("Content-Type", content_type), ("Content-Length", str(len(body))), *_cors(environ),
        *headers.items(),
    ]  # fmt: skip
    start_response(f"{status} {_PHRASES[status]}", sent)
    return [body]


def is_collection(path: str) -> bool:
    """Say whether this application answers the path."""
    return path.startswith("/v1/")


def _answer(environ: Environ) -> Answer:
    try:
        return _route(environ)
    except Unauthorized as error:
        return _refusal(401, error)
    except Unavailable as error:
        return _refusal(429, error, {"Retry-After": "5"})
    except DomainError as error:
        return _refusal(400, error)
    except Error as error:
        _give_up_connection()
        log.error("collection.not_stored", error=type(error).__name__)  # noqa: TRY400 (its text may hold values)
        sorry = DomainError("It could not be stored now. Send it again.", code="not_stored")
        return _refusal(503, sorry, {"Retry-After": "2"})


def _give_up_connection() -> None:
    """Let a dead connection go: nobody else does for these threads, and it would fail for ever."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _route(environ: Environ) -> Answer:
    method = environ["REQUEST_METHOD"]
    parts = environ.get("PATH_INFO", "").strip("/").split("/")[1:]
    if method == "OPTIONS":
        return 204, _JSON, b"", {}
    match parts:
        case [name] if name in ROUTES:
            return _collect(environ, ROUTES[name]) if method == "POST" else _only("POST")
        case ["m"]:
            return (200, _JSON, _SUCCESS, {}) if method == "POST" else _only("POST")
        case ["mcps.js"] | ["pixel", _] | ["projects", _, "settings"]:
            return _read(environ, parts) if method == "GET" else _only("GET")
    missing = DomainError("There is no such address under /v1/.", code="not_found")
    return _refusal(404, missing)


def _read(environ: Environ, parts: Sequence[str]) -> Answer:
    match parts:
        case ["pixel", name]:
            return _pixel(environ, ROUTES.get(name, ""))
        case ["projects", write_key, "settings"]:
            return _settings(environ, write_key)
    return _snippet(environ)


def _collect(environ: Environ, route: str) -> Answer:
    check_pressure(time.monotonic())
    checked = check_request(_read_body(environ), route=route)
    write_key = _basic_key(environ) or checked.write_key
    source_id = find_source_id(write_key, at=time.monotonic()) if write_key else None
    if source_id is None:
        raise Unauthorized(
            "No source has this write key. Send the key of a source as the user name of basic "
            "authentication or as “writeKey” in the body."
        )
    with measured():
        accept_request(
            checked, source_id=source_id, route=route, ip=sender_ip(environ), now=datetime.now(UTC)
        )
    return 200, _JSON, _SUCCESS, {}


def _read_body(environ: Environ) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    limit = min(int(length), MAX_REQUEST_BYTES + 1) if length.isdigit() else MAX_REQUEST_BYTES + 1
    body: bytes = environ["wsgi.input"].read(limit)
    is_gzip = "gzip" in environ.get("HTTP_CONTENT_ENCODING", "") or body[:2] == _GZIP_MAGIC
    return _inflate(body) if is_gzip else body


def _inflate(body: bytes) -> bytes:
    """Inflate at most one byte more than is allowed, so that a bomb stays small."""
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MAX_REQUEST_BYTES + 1)
    except zlib.error:
        raise Invalid("", "The body says it is gzip, but it is not.", code="invalid_gzip") from None


def _basic_key(environ: Environ) -> str | None:
    scheme, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user = base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user or None


def _pixel(environ: Environ, route: str) -> Answer:
    """Record the event in the query of a picture; the picture comes whatever happens."""
    try:
        text = parse_qs(environ.get("QUERY_STRING", "")).get("data", [""])[0]
        body = base64.b64decode(text.replace(" ", "+") + "=" * (-len(text) % 4), altchars=None)
        checked = check_request(body, route=route)
        source_id = find_source_id(checked.write_key or "", at=time.monotonic())
        if source_id is not None and route and route not in {"batch", "import"}:
            ip, now = sender_ip(environ), datetime.now(UTC)
            accept_request(checked, source_id=source_id, route=route, ip=ip, now=now)
    except (DomainError, Error, binascii.Error) as error:
        _give_up_connection()
        log.warning("collection.pixel_ignored", error=type(error).__name__)
    return 200, "image/gif", _GIF, {}


def _snippet(environ: Environ) -> Answer:
    """Send our own JavaScript for web pages."""
    status, body, headers = answer_snippet(environ)
    return status, "text/javascript; charset=utf-8", body, headers


def _settings(environ: Environ, write_key: str) -> Answer:
    """Tell the browser's SDK where to send events."""
    if find_source_id(write_key, at=time.monotonic()) is None:
        raise Unauthorized("No source has this write key.")
    protocol = environ.get("HTTP_X_FORWARDED_PROTO") or environ.get("wsgi.url_scheme", "http")
    host = environ.get("HTTP_HOST", "")
    segment = {"apiKey": write_key, "apiHost": f"{host}/v1", "protocol": protocol}
    body = {"integrations": {"Segment.io": segment}, "metrics": {"sampleRate": 0}}
    return 200, _JSON, json.dumps(body).encode(), {}


def sender_ip(environ: Environ) -> str | None:
    """Return the sender's address: what the last trusted proxy saw, or the connection's own."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    hops = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    text = hops[-proxies].strip() if 0 < proxies <= len(hops) else environ.get("REMOTE_ADDR", "")
    return _address(text)


@functools.lru_cache(maxsize=1_000)
def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def _cors(environ: Environ) -> list[tuple[str, str]]:
    origin = environ.get("HTTP_ORIGIN")
    if not origin:
        return []
    headers = [("Access-Control-Allow-Origin", origin), ("Vary", "Origin"),
               ("Access-Control-Allow-Credentials", "true"),
               ("Access-Control-Expose-Headers", "Retry-After")]  # fmt: skip
    if environ["REQUEST_METHOD"] == "OPTIONS":
        headers += [
            ("Access-Control-Allow-Methods", "POST, GET"),
            ("Access-Control-Allow-Headers", "authorization, content-type, x-retry-count"),
            ("Access-Control-Max-Age", "86400"),
        ]
    return headers


def _only(method: str) -> Answer:
    wrong = DomainError(f"This address takes {method} only.", code="method_not_allowed")
    return _refusal(405, wrong, {"Allow": f"{method}, OPTIONS"})


def _refusal(status: int, error: DomainError, headers: dict[str, str] | None = None) -> Answer:
    body = {"success": False, "code": error.code, "message": error.message}
    return status, _JSON, json.dumps(body).encode(), headers or {}
