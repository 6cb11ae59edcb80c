"""Takes in what a Singer tap writes: rows first, then the state that says they are in."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from kernel.errors import Invalid
from profiles.imports.rules.mapping import Mapping
from profiles.imports.rules.rows import BadRow, digest_row, prepare_row
from profiles.imports.rules.singer import (
    BadLine,
    Line,
    TargetMapping,
    choose_mapping,
    columns_of,
    own_cells,
    read_line,
)
from profiles.imports.services.queuing import has_room, put_into_inbox
from profiles.touchpoints import queries
from profiles.touchpoints.models import Source
from profiles.touchpoints.queries import QuarantineRow
from profiles.touchpoints.rules.instants import to_micros
from profiles.touchpoints.rules.messages import Envelope, Refused
from profiles.touchpoints.services.opening import KeptMessage, quarantine_row

BATCH_RECORDS = 1_000
# A tap may be slow, and somebody may wait for its state: nothing lies in memory longer.
_FLUSH_EVERY_SECONDS = 10.0
_LONGEST_KEPT = 20_000

Say = Callable[[str], None]


@dataclass(slots=True)
class TargetCounts:
    """What a run of a tap came to."""

    lines: int = 0
    taken_in: int = 0
    quarantined: int = 0
    left_out: int = 0


@dataclass(slots=True)
class SingerTarget:
    """Reads lines one after the other; what it holds is lost in a crash, and sent again by the tap.

    `emit` is given each state once everything before it is committed, `tell` what an operator
    should know. `clock` is asked once for each batch.
    """

    source: Source
    chosen: TargetMapping | None
    emit: Say
    tell: Say
    clock: Callable[[], datetime]
    starts_journeys: bool = False
    rest: Callable[[], None] = lambda: time.sleep(0.5)
    counts: TargetCounts = field(default_factory=TargetCounts)
    _mappings: dict[str, Mapping | None] = field(default_factory=dict)
    _told: dict[str, str] = field(default_factory=dict)
    _messages: list[bytes] = field(default_factory=list)
    _refused: list[QuarantineRow] = field(default_factory=list)
    _state: Any = None
    _has_state: bool = False
    _envelope: Envelope | None = None
    _flushed_at: float = field(default_factory=time.monotonic)

    def take_in(self, lines: Iterable[bytes]) -> TargetCounts:
        """Take in every line of a tap.

        Raises:
            Invalid: a stream that nobody can be told from, or a record before its schema; what
                came before is in, and its state was emitted.
        """
        try:
            for line in lines:
                self.counts.lines += 1
                if line.strip():
                    self._take(line)
                if self._is_due():
                    self._flush()
        finally:
            self._flush()
        return self.counts

    def _take(self, raw: bytes) -> None:
        try:
            line = read_line(raw)
        except BadLine as problem:
            text = raw[:_LONGEST_KEPT].decode(errors="replace")
            self._refuse({"line": text}, Refused("bad_line", "", str(problem)), stream="")
            return
        if line.type == "STATE":
            self._state, self._has_state = line.value, True
        elif line.type == "SCHEMA":
            self._note_schema(line)
        elif line.type == "RECORD":
            self._take_record(line.stream, own_cells(line.record or {}))

    def _note_schema(self, line: Line) -> None:
        try:
            mapping, note = choose_mapping(line.stream, columns_of(line.schema or {}), self.chosen)
        except ValueError as problem:
            raise Invalid("mapping", f"Line {self.counts.lines}: {problem}") from None
        self._mappings[line.stream] = mapping
        if note and self._told.get(line.stream) != note:
            self._told[line.stream] = note
            self.tell(f"Line {self.counts.lines}, stream “{line.stream}”: {note}")

    def _take_record(self, stream: str, record: dict[str, Any]) -> None:
        if stream not in self._mappings:
            raise Invalid("schema", f"Line {self.counts.lines}: a record of the stream “{stream}” "
                          "came before its schema. Is this the whole output of the tap?")  # fmt: skip
        mapping = self._mappings[stream]
        if mapping is None:
            self.counts.left_out += 1
            return
        try:
            prepared = prepare_row(
                record, mapping, self._open(), row_id=digest_row(stream, record)
            )  # fmt: skip
        except BadRow as problem:
            first = problem.problems[0]
            refused = Refused("bad_record", first.column, str(problem))
            self._refuse({"stream": stream, "record": record}, refused, stream=stream)
            return
        self._messages.extend(prepared.messages)

    def _refuse(self, kept: dict[str, Any], problem: Refused, *, stream: str) -> None:
        where = f", stream “{stream}”" if stream else ""
        self.tell(f"Line {self.counts.lines}{where}: {problem.detail} It is in quarantine.")
        body = json.dumps(kept, default=str).encode().replace(b"\\u0000", b"\\ufffd")
        fallback_id = f"singer:{hashlib.blake2b(body, digest_size=16).hexdigest()}"
        message = KeptMessage(self._open(), fallback_id, msgspec.Raw(body))
        self._refused.append(quarantine_row(message, problem))

    def _open(self) -> Envelope:
        self._envelope = self._envelope or Envelope(
            source_id=self.source.id, route=self._route, received_at=to_micros(self.clock()),
            starts_journeys=self.starts_journeys,
        )  # fmt: skip
        return self._envelope

    @property
    def _route(self) -> str:
        return "batch" if self.starts_journeys else "import"

    def _is_due(self) -> bool:
        held = len(self._messages) + len(self._refused)
        if held >= BATCH_RECORDS:
            return True
        return time.monotonic() - self._flushed_at >= _FLUSH_EVERY_SECONDS

    def _flush(self) -> None:
        """Commit what is held, then emit the newest state that came before."""
        while self._messages and not has_room():
            self.rest()
        now = self.clock()
        with transaction.atomic():
            put_into_inbox(self._messages, source_id=self.source.id, route=self._route, now=now)
            queries.insert_quarantined(self._refused)
            if self._refused:
                queries.add_activity({self.source.id: (0, 0, len(self._refused))}, now=now)
        self.counts.taken_in += len(self._messages)
        self.counts.quarantined += len(self._refused)
        self._messages, self._refused, self._envelope = [], [], None
        if self._has_state:
            self.emit(json.dumps(self._state))
            self._has_state = False
        self._flushed_at = time.monotonic()
