"""The engine on a clock of its own, inside a sandbox: the same services, only faster."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from django.db import connection

from campaigns.contracts import NodeAnswer, Visit
from campaigns.deliveries.queries import Decided
from campaigns.deliveries.services.rehearsing import Rehearsed, rehearse_due
from campaigns.extension_points import journey_node_types
from campaigns.journeys import queries, visits
from campaigns.journeys.models import Journey, JourneyVersion
from campaigns.journeys.queries import AskedNode
from campaigns.journeys.rules.definition import Definition
from campaigns.journeys.services import advance, sandbox, scheduling
from campaigns.journeys.services.deciding import answer_all, decide, plan_traits
from campaigns.journeys.services.enroll import enroll_from_log
from campaigns.journeys.services.publish import write_version
from campaigns.journeys.visits import CallEnd, ClaimedCall
from kernel.errors import Conflict
from kernel.events import Bounds, Position

_LEASE: Final = timedelta(minutes=10)
_MOST_ROUNDS: Final = 200
_LOGS: Final = (
    "kernel_event",
    "profiles_segment_change",
    "profiles_touchpoint",
    "campaigns_decision",
    "campaigns_delivery_event",
)
_ENTRIES: Final = {
    "kernel_event": "kernel.event",
    "profiles_segment_change": "profiles.segment_change",
    "profiles_touchpoint": "profiles.touchpoint",
}


def write_draft(journey: Journey, definition: Definition, *, now: datetime) -> JourneyVersion:
    """Make a definition the live version of the journey in the sandbox; nobody enters by it.

    The journey keeps its key, by which people are split and held out.
    """
    sandbox.copy_rows(
        "campaigns_journey", "r.id = %(id)s", {"id": journey.pk},
        instead={
            "id": "-r.id", "status": "'live'", "people_inside": "'go_on'", "live_version_id": "NULL",
        },
    )  # fmt: skip
    shadow = Journey.objects.get(key=journey.key)
    version, _ = write_version(shadow, definition, number=1, now=now)
    shadow.live_version = version
    shadow.save(update_fields=["live_version"])
    return version


@dataclass(slots=True, kw_only=True)
class Simulation:
    """One run of the clock. `step` is how far apart its ticks are at least.

    `outcome_of` says what the provider does with a message, `answers` whether a server answers;
    `watch` looks on after each tick and may `plan` what people do next. `later` names the tables
    that were put aside, with the column of their time.
    """

    step: timedelta
    outcome_of: Callable[[Decided], str] = lambda _: "accepted"
    answers: Callable[[ClaimedCall], bool] = lambda _: True
    watch: Callable[[datetime], None] = lambda _: None
    later: Sequence[tuple[str, str]] = ()
    most_ticks: int = 20_000
    messages: list[tuple[datetime, Rehearsed]] = field(default_factory=list)
    _read: dict[str, int] = field(default_factory=dict)
    _planned: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    _order: Any = field(default_factory=count)

    def plan(self, at: datetime, act: Callable[[datetime], None]) -> None:
        """Let something happen at an instant."""
        heapq.heappush(self._planned, (at, next(self._order), act))

    def run(self, *, since: datetime, until: datetime) -> datetime:
        """Run the clock until nothing is left to happen, or the end; returns where it stopped.

        Raises:
            Conflict: the journey keeps moving for longer than a try may take.
        """
        now = since
        for _ in range(self.most_ticks):
            self._happen(now)
            self._settle(now)
            self.watch(now)
            next_at = self._next(now)
            if next_at is None or next_at > until:
                return now
            now = since + self.step * -((since - next_at) // self.step)
        raise Conflict(f"The journey is not at its end after {self.most_ticks:,} moments.")

    def skip_history(self) -> None:
        """Take what is in the logs now as read: it happened before the clock began."""
        for table in _LOGS:
            self._read[table] = _last_id(table)

    def _happen(self, now: datetime) -> None:
        for table, column in self.later:
            move = sandbox.move_rows if table == "campaigns_delivery" else sandbox.move_facts
            move(table, column, {"now": now})
        while self._planned and self._planned[0][0] <= now:
            at, _, act = heapq.heappop(self._planned)
            act(at)

    def _settle(self, now: datetime) -> None:
        for _ in range(_MOST_ROUNDS):
            moved = self._read_facts(now)
            queries.fill_days()
            moved += scheduling.start_due(now=now)
            moved += advance.advance_all(now=now, by=self._decide)
            decided, messages = rehearse_due(now=now, outcome_of=self.outcome_of)
            self.messages += [(now, message) for message in messages]
            if not moved + decided + self._answer_calls(now):
                return
        raise Conflict("The journey never comes to rest at one instant.")

    def _read_facts(self, now: datetime) -> int:
        moved = 0
        for table in _LOGS:
            bounds = self._bounds(table)
            if bounds is None:
                continue
            if table in _ENTRIES:
                moved += enroll_from_log(_ENTRIES[table], bounds, now=now)
            if table == "profiles_touchpoint":
                moved += advance.leave_and_wake(bounds, now=now)
            elif table == "campaigns_decision":
                moved += advance.go_on_by_decision(bounds, now=now)
            elif table == "campaigns_delivery_event":
                moved += advance.go_on_by_message_event(bounds, now=now)
        return moved

    def _bounds(self, table: str) -> Bounds | None:
        """Return the facts of a log that were not read yet; all of them are of this transaction."""
        after, upto = self._read.get(table, 0), _last_id(table)
        if upto <= after:
            return None
        self._read[table] = upto
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text")
            xid = cursor.fetchone()[0]
        return Bounds(
            after=Position(xid=xid, id=after), upto=Position(xid=xid, id=upto), count=upto - after
        )

    def _decide(
        self, node: AskedNode, found: Sequence[Visit], now: datetime
    ) -> dict[int, NodeAnswer]:
        """Decide as the engine does; what a step records or sets stays in the sandbox."""
        if node.type == "emit":
            for visit in found:
                sandbox.add_touchpoint(visit.customer_id, node.params["event"], {}, at=now)
            return answer_all(found, "event_emitted")
        if node.type == "update":
            for customer_id, traits in plan_traits(node, found).items():
                sandbox.set_traits(customer_id, traits)
            return answer_all(found, "traits_set")
        plugged = journey_node_types.find(node.type)
        if plugged is not None:
            settings = plugged.params_type.model_validate(node.params)
            return plugged.rehearse(settings, found, now=now)
        return decide(node, found, now=now)

    def _answer_calls(self, now: datetime) -> int:
        calls = visits.claim_calls(batch=1_000, lease=_LEASE, now=now)
        for call in calls:
            is_answered = self.answers(call)
            end = CallEnd(
                id=call.id, node=call.node, status="answered" if is_answered else "failed",
                answer={} if is_answered else None,
            )  # fmt: skip
            queries.advance_answered(visits.finish_call(end, now=now), now=now)
        return len(calls)

    def _next(self, now: datetime) -> datetime | None:
        """Return when something is due after an instant."""
        parts = [
            "SELECT min(due_at) FROM campaigns_timer WHERE due_at > %(now)s",
            "SELECT min(due_at) FROM campaigns_delivery WHERE status = 'planned' AND due_at > %(now)s",
            "SELECT min(next_at) FROM campaigns_journey_trigger WHERE next_at > %(now)s",
            *(
                f"SELECT min({column}) FROM {sandbox.LATER}{table}"  # noqa: S608
                for table, column in self.later
            ),
        ]
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), {"now": now})
            found = [at for (at,) in cursor.fetchall() if at is not None]
        if self._planned:
            found.append(self._planned[0][0])
        return min(found, default=None)


def _last_id(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM pg_temp.{table}")  # noqa: S608
        last: int = cursor.fetchone()[0]
        return last
