"""A request as it is kept: its headers and its body, whole, whatever form it came in."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from profiles.identities.rules import Refused
from profiles.touchpoints.rules.payload import mend_json

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 1_000
_MOST_HEADERS = 60
_LONGEST_HEADER = 500
# They carry secrets, or say how the request came and not what it says.
_LEFT_OUT = frozenset(
    {"authorization", "proxy-authorization", "cookie", "host", "connection", "content-length",
     "accept", "accept-encoding", "accept-language", "forwarded", "via"}
)  # fmt: skip


class KeptRequest(msgspec.Struct, omit_defaults=True, gc=False):
    """A request as it lies in the inbox; a body that is no JSON is kept as text or base64."""

    headers: dict[str, str]
    body: msgspec.Raw = msgspec.Raw(b"")
    text: str = ""
    base64: str = ""


_decoder = msgspec.json.Decoder(KeptRequest)


class Request(msgspec.Struct, frozen=True):
    """A request as a mapping reads it."""

    body: Any
    headers: dict[str, str]


def keep_request(body: bytes, *, headers: Mapping[str, str]) -> bytes:
    """Return the request as it is stored; nothing that came is left out of the body."""
    kept = KeptRequest(headers=_kept_headers(headers))
    if headers.get("content-type", "").partition(";")[0].strip().lower() == FORM:
        fields = read_form(body)
        if fields:
            kept.body = msgspec.Raw(mend_json(msgspec.json.encode(fields)))
            return msgspec.json.encode(kept)
    try:
        kept.body = msgspec.Raw(mend_json(body))
    except ValueError:
        try:
            kept.text = body.decode().replace("\0", "\ufffd")
        except UnicodeDecodeError:
            kept.base64 = base64.b64encode(body).decode()
    return msgspec.json.encode(kept)


def read_request(document: bytes) -> Request:
    """Return what a stored request says.

    Raises:
        Refused: its body is neither JSON nor a form.
    """
    kept = _decoder.decode(document)
    if not bytes(kept.body):
        raise Refused(
            "unreadable_body", "body",
            "The body is neither JSON nor a form. Set the provider to send JSON.",
        )  # fmt: skip
    try:
        return Request(msgspec.json.decode(kept.body), kept.headers)
    except (msgspec.DecodeError, RecursionError):
        raise Refused("unreadable_body", "body", "The body is nested too deeply.") from None


def read_form(body: bytes) -> dict[str, str | list[str]]:
    """Return the fields of a form; one that came several times is a list."""
    fields: dict[str, str | list[str]] = {}
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    for name, value in pairs:
        known = fields.get(name)
        if known is None:
            fields[name] = value
        else:
            fields[name] = [*known, value] if isinstance(known, list) else [known, value]
    return fields


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {
        name: value[:_LONGEST_HEADER]
        for name, value in headers.items()
        if name not in _LEFT_OUT and not name.startswith("x-forwarded")
    }
    return dict(list(kept.items())[:_MOST_HEADERS])
