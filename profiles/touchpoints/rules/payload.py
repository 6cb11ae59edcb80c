"""JSON bytes as devices send them, made fit for PostgreSQL without losing the event.

JSON that is fine passes untouched; what is mended is what real SDKs produce: half an emoji left
by cutting a text, NUL characters, `NaN` from Python, bytes that are not UTF-8.
"""

import json
import math
from typing import Any

import msgspec

_SURROGATES = range(0xD800, 0xE000)


def mend_json(body: bytes) -> bytes:
    """Return JSON that PostgreSQL can store; the same bytes when nothing is wrong with them.

    Raises:
        ValueError: when it is no JSON even then, or nested too deeply to be an event.
    """
    if not _is_utf8(body):
        body = body.decode(errors="replace").encode()
    if not _has_nul(body) and _is_json(body):
        return body
    try:
        return msgspec.json.encode(_clean(json.loads(body)))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def needs_no_mending(body: bytes) -> bool:
    """Say whether PostgreSQL can store this as it is, if it is JSON at all."""
    return _is_utf8(body) and not _has_nul(body)


def read_leniently(document: bytes | msgspec.Raw) -> Any:
    """Return what JSON says, with null for numbers out of range, or for all that is nested too deeply."""
    try:
        return _clean(json.loads(bytes(document)))
    except RecursionError:
        return None


def _is_utf8(body: bytes) -> bool:
    if body.isascii():
        return True
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _has_nul(body: bytes) -> bool:
    # One letter is found ten times as fast, and few bodies have it.
    return b"\\" in body and b"\\u0000" in body


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except msgspec.DecodeError:
        return False
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return True


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, dict):
        return {_clean_text(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _clean_text(text: str) -> str:
    return "".join(
        "\ufffd" if ord(letter) in _SURROGATES else letter for letter in text if letter != "\0"
    )


def splice(document: bytes, **members: str) -> bytes:
    """Return a JSON object with text members added that it does not have yet."""
    added = b",".join(
        msgspec.json.encode(name) + b":" + msgspec.json.encode(value)
        for name, value in members.items()
        if msgspec.json.encode(name) not in document
    )
    if not added:
        return document
    head = document.rstrip()[:-1].rstrip()
    return head + (b"" if head == b"{" else b",") + added + b"}"
