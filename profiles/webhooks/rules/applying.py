"""Applies a mapping to a request: the messages in the Segment form that come of it."""

import hashlib
from collections import Counter
from collections.abc import Mapping as Members
from typing import Any

import msgspec

from profiles.identities.rules import Refused
from profiles.webhooks.rules.bodies import Request
from profiles.webhooks.rules.mapping import EVERYTHING, Identities, Mapping, Rule
from profiles.webhooks.rules.paths import find_all
from profiles.webhooks.rules.values import AnyValue, CannotRead, Scope, as_text, as_time

# What one message may hold, as at the collection API.
MAX_MESSAGE_BYTES = 32 * 1024
MOST_MESSAGES = 2_500

# What the quarantine keeps of the way to a value.
_LONGEST_FIELD = 200

Message = dict[str, Any]
_IDS = (("user_id", "userId"), ("anonymous_id", "anonymousId"))


def map_request(mapping: Mapping, request: Request) -> list[Message]:
    """Return the messages of a request, in the order of the rules; none when it is ignored.

    The same request gives the same message ids whenever it is mapped.

    Raises:
        Refused: a rule cannot be applied, with the path to what is wrong; or no rule applies and
            the mapping keeps such requests.
    """
    messages: list[Message] = []
    has_matched = False
    seen: Counter[str] = Counter()
    for position, rule in enumerate(mapping.rules):
        for scope in _scopes(rule, request):
            if all(condition.holds(scope) for condition in rule.when):
                has_matched = True
                made = _apply(rule, scope, f"rules[{position}]")
                messages += made if rule.message is not None else _number(made, seen)
    if not has_matched and mapping.otherwise == "quarantine":
        raise Refused(
            "no_rule", "rules",
            "No rule is for a request like this one. Add a rule, or ignore such requests.",
        )  # fmt: skip
    _check_sizes(messages)
    return messages


def _scopes(rule: Rule, request: Request) -> list[Scope]:
    items = [request.body] if rule.each is None else find_all(rule.each, request.body)
    return [Scope(item, request.body, request.headers) for item in items]


def _apply(rule: Rule, scope: Scope, at: str) -> list[Message]:
    if rule.message is not None:
        return [_whole(rule.message, scope, at)]
    assert rule.identities is not None
    basis = _identify(rule.identities, scope, f"{at}.identities")
    occurred_at = _read(rule.occurred_at, scope, f"{at}.occurred_at")
    if occurred_at is not None:
        basis["timestamp"] = _as(as_time, occurred_at, f"{at}.occurred_at")
    basis["messageId"] = _message_id(rule, scope, f"{at}.message_id")
    traits = _members(rule.traits, scope, f"{at}.traits")
    messages: list[Message] = []
    if traits:
        known = basis["context"].get("traits", {})
        messages.append({**basis, "type": "identify", "traits": {**known, **traits}})
    if rule.event is not None:
        name = _read(rule.event, scope, f"{at}.event")
        if name is None:
            raise Refused("cannot_map", f"{at}.event", "The event has no name in this request.")
        properties = _members(rule.properties, scope, f"{at}.properties")
        event = _as(as_text, name, f"{at}.event")
        messages.append({**basis, "type": "track", "event": event, "properties": properties})
    return messages


def _whole(path: str, scope: Scope, at: str) -> Message:
    found = find_all(path, scope.item)
    if not found or not isinstance(found[0], dict):
        raise Refused("cannot_map", f"{at}.message", "There is no message at this path.")
    message = dict(found[0])
    if message.get("timestamp"):
        # Who passes it on has corrected its time already; correcting it again would shift it.
        message = {k: v for k, v in message.items() if k not in {"sentAt", "originalTimestamp"}}
    if not message.get("messageId"):
        message["messageId"] = _digest(scope.item)
    return message


def _identify(identities: Identities, scope: Scope, at: str) -> Message:
    message: Message = {}
    for name, member in _IDS:
        if (text := _text(getattr(identities, name), scope, f"{at}.{name}")) is not None:
            message[member] = text
    contacts = {
        name: text
        for name in ("email", "phone")
        if (text := _text(getattr(identities, name), scope, f"{at}.{name}")) is not None
    }
    external = [
        {"id": text, "type": kind, "collection": "users", "encoding": "none"}
        for kind, value in identities.external.items()
        if (text := _text(value, scope, f"{at}.external.{kind}")) is not None
    ]
    if not (message or contacts or external):
        raise Refused(
            "missing_identifier", at,
            "None of these identifiers is in the request, so it names nobody.",
        )  # fmt: skip
    context: dict[str, Any] = {"library": {"name": "webhook"}}
    if contacts:
        context["traits"] = contacts
    if external:
        context["externalIds"] = external
    return {**message, "context": context}


def _members(members: Members[str, AnyValue], scope: Scope, at: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in members.items():
        found = _read(value, scope, f"{at}.{name}")
        if found is None:
            continue
        if name != EVERYTHING:
            made[name] = found
        elif isinstance(found, dict):
            made = {**found, **made}
        else:
            raise Refused("cannot_map", f"{at}.*", "“*” takes the members of an object.")
    return made


def _message_id(rule: Rule, scope: Scope, at: str) -> str:
    return _text(rule.message_id, scope, at) or _digest(scope.item)


def _digest(item: Any) -> str:
    """Return an id made of the content: the same content is the same event."""
    return hashlib.blake2b(msgspec.json.encode(item, order="sorted"), digest_size=16).hexdigest()


def _number(messages: list[Message], seen: Counter[str]) -> list[Message]:
    """Make ids differ between the messages that come of one request."""
    for message in messages:
        own = f"{message['messageId']}:{message['type']}:{message.get('event', '')}"
        seen[own] += 1
        message["messageId"] = own if seen[own] == 1 else f"{own}:{seen[own]}"
    return messages


def _check_sizes(messages: list[Message]) -> None:
    if len(messages) > MOST_MESSAGES:
        raise Refused(
            "too_many_messages", "rules", f"More than {MOST_MESSAGES:,} events come of it."
        )
    for message in messages:
        size = len(msgspec.json.encode(message))
        if size > MAX_MESSAGE_BYTES:
            raise Refused(
                "message_too_large", "rules",
                f"One event would have {size:,} bytes; 32 KB are allowed. Take fewer properties.",
            )  # fmt: skip


def _text(value: AnyValue | None, scope: Scope, at: str) -> str | None:
    found = _read(value, scope, at)
    return None if found is None else (_as(as_text, found, at) or None)


def _read(value: AnyValue | None, scope: Scope, at: str) -> Any:
    return None if value is None else _as(lambda part: part.read(scope), value, at)


def _as(convert: Any, value: Any, at: str) -> Any:
    try:
        return convert(value)
    except CannotRead as error:
        raise Refused("cannot_map", (at + error.at)[:_LONGEST_FIELD], error.message) from None
