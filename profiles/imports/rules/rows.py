"""One row and its mapping: the message in the Segment form that it becomes, or what is wrong."""

import hashlib
from collections.abc import Mapping as Cells
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from profiles.imports.rules.consents import Said, consent_messages, read_consent
from profiles.imports.rules.mapping import ABOUT_CONSENT, IDENTITIES, Kind, Mapping, Use
from profiles.imports.rules.values import BadCell, read_time, read_value
from profiles.touchpoints.rules.messages import (
    Arrival,
    Envelope,
    Refused,
    normalize_email,
    normalize_phone,
    read_message,
)
from profiles.touchpoints.rules.payload import mend_json

MOST_BYTES = 32 * 1024
# These say nothing about the row's own message.
_OTHERWISE = frozenset({Use.IGNORE, Use.CONSENT, *ABOUT_CONSENT})
_FIELDS = {
    "userId": Use.USER_ID, "anonymousId": Use.ANONYMOUS_ID, "timestamp": Use.TIME,
    "event": Use.EVENT, "externalIds": Use.EXTERNAL_ID,
}  # fmt: skip


class Problem(NamedTuple):
    """What is wrong with a row; without a column it is about the row as a whole."""

    column: str
    message: str


class BadRow(ValueError):
    """A row that cannot be used, with all of its problems."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


class Prepared(NamedTuple):
    """A row that can be used: its messages as JSON, and how the first of them will be read."""

    messages: Sequence[bytes]
    arrival: Arrival


def prepare_row(
    cells: Cells[str, Any], mapping: Mapping, envelope: Envelope, *, row_id: str
) -> Prepared:
    """Turn a row into messages and read the first as the drain will.

    That is the row's own; what it says about consent follows. `row_id` becomes the message's id,
    unless a column of the mapping holds one, and is the proof of consent.

    Raises:
        BadRow: it cannot be used.
    """
    try:
        built = build_message(cells, mapping, row_id=row_id)
        said = _consents(cells, mapping, built, row_id=row_id)
        message, *more = [mend_json(msgspec.json.encode(one)) for one in (built, *said)]
    except (TypeError, ValueError) as error:
        if isinstance(error, BadRow):
            raise
        raise BadRow(Problem("", "The row holds a value that cannot be stored.")) from None
    if len(message) > MOST_BYTES:
        raise BadRow(Problem("", f"The row has {len(message):,} bytes; at most 32 KB can be used."))
    try:
        return Prepared([message, *more], read_message(message, envelope, fallback_id=row_id))
    except Refused as problem:
        use = _FIELDS.get(problem.field)
        column = next((item.column for item in mapping.columns if item.use == use), "")
        raise BadRow(Problem(column, problem.detail)) from None


def build_message(cells: Cells[str, Any], mapping: Mapping, *, row_id: str) -> dict[str, Any]:
    """Return the message that a row becomes; empty cells are left out.

    Raises:
        BadRow: with every cell that cannot be read.
    """
    found: dict[Use, Any] = {}
    external: list[dict[str, str]] = []
    traits: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    problems: list[Problem] = []
    for item in mapping.columns:
        cell = _present(cells.get(item.column))
        if cell is None or item.use in _OTHERWISE:
            continue
        try:
            if item.use == Use.TRAIT:
                traits[item.name] = read_value(cell, item.type, mapping.formats)
            elif item.use == Use.PROPERTY:
                properties[item.name] = read_value(cell, item.type, mapping.formats)
            elif item.use == Use.EXTERNAL_ID:
                external.append({"type": item.name, "id": _text(cell)})
            else:
                found[item.use] = _read(cell, item.use, mapping)
        except BadCell as problem:
            problems.append(Problem(item.column, f"“{item.column}” {problem}."))
    if not problems and not external and not IDENTITIES & found.keys():
        problems.append(Problem("", "No cell of the row says who it is about."))
    if problems:
        raise BadRow(*problems)
    return _message(mapping, found, external, traits, properties, row_id=row_id)


def _consents(
    cells: Cells[str, Any], mapping: Mapping, message: Cells[str, Any], *, row_id: str
) -> list[dict[str, Any]]:
    """Return the messages of what a row says about consent; empty cells say nothing."""
    shared = {
        item.use: _text(cell) for item in mapping.columns
        if item.use in ABOUT_CONSENT and (cell := _present(cells.get(item.column))) is not None
    }  # fmt: skip
    said: list[Said] = []
    problems: list[Problem] = []
    for item in mapping.columns:
        cell = _present(cells.get(item.column))
        if cell is None or item.use != Use.CONSENT:
            continue
        try:
            said.append(read_consent(cell, item.name, shared))
        except BadCell as problem:
            problems.append(Problem(item.column, f"“{item.column}” {problem}."))
    if said and "timestamp" not in message:
        problems.append(Problem("", "The row says no time at which the consent was given."))
    if problems:
        raise BadRow(*problems)
    text = shared.get(Use.CONSENT_TEXT, "")[:100]
    return consent_messages(said, message, text=text, row_id=row_id)


def digest_row(stream: str, cells: Cells[str, Any]) -> str:
    """Return an id made of a row's content, so that the same row read twice counts once."""
    text = msgspec.json.encode({"stream": stream, "row": cells}, order="sorted", enc_hook=str)
    return f"row-{hashlib.blake2b(text, digest_size=16).hexdigest()}"


def _message(
    mapping: Mapping, found: dict[Use, Any], external: list[dict[str, str]],
    traits: dict[str, Any], properties: dict[str, Any], *, row_id: str,
) -> dict[str, Any]:  # fmt: skip
    contacts = {use.value: found[use] for use in (Use.EMAIL, Use.PHONE) if use in found}
    traits = {**traits, **contacts}
    context: dict[str, Any] = {"externalIds": external} if external else {}
    message: dict[str, Any] = {"messageId": found.get(Use.ROW_ID, row_id)}
    for field, use in (("userId", Use.USER_ID), ("anonymousId", Use.ANONYMOUS_ID),
                       ("timestamp", Use.TIME)):  # fmt: skip
        if use in found:
            message[field] = found[use]
    if mapping.kind == Kind.PEOPLE:
        message |= {"type": "identify", "traits": traits}
    else:
        event = found.get(Use.EVENT) or mapping.event
        message |= {"type": "track", "event": event, "properties": properties}
        if traits:
            context["traits"] = traits
    return {**message, "context": context} if context else message


def _read(cell: Any, use: Use, mapping: Mapping) -> str:
    if use == Use.TIME:
        return read_time(cell, mapping.formats)
    text = _text(cell)
    if use == Use.ROW_ID:
        return f"row:{text}"
    if use == Use.EMAIL and normalize_email(text) is None:
        raise BadCell("must be an e-mail address")
    if use == Use.PHONE and normalize_phone(text) is None:
        raise BadCell("must be a phone number with its country code, such as +49 30 123456")
    return text


def _text(cell: Any) -> str:
    if isinstance(cell, bool | dict | list):
        raise BadCell("must be text")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _present(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell.strip() or None
    return None if isinstance(cell, float) and cell != cell else cell  # noqa: PLR0124  NaN
