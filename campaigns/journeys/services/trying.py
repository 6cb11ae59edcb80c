"""Trying a draft as one person: the engine runs on a simulated clock, nothing of it stays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from campaigns.contracts import OutgoingMessage
from campaigns.deliveries.models import Decision, Delivery
from campaigns.deliveries.queries import Decided
from campaigns.journeys import queries, selectors
from campaigns.journeys.models import Enrollment, Journey, JourneyTrigger, JourneyVersion
from campaigns.journeys.nodes.hold import Hold
from campaigns.journeys.nodes.send import Send
from campaigns.journeys.queries import Entrant
from campaigns.journeys.rules.definition import Definition
from campaigns.journeys.rules.simulation import (
    FAILED,
    NOTHING,
    Question,
    properties_for,
    put_property,
    question_at,
)
from campaigns.journeys.selectors import RunStep
from campaigns.journeys.services import sandbox
from campaigns.journeys.services.publish import check_definition
from campaigns.journeys.services.sandbox import MadePerson, open_sandbox
from campaigns.journeys.services.simulating import Simulation, write_draft
from profiles.contracts import CustomerId

LONGEST: Final = timedelta(days=400)
_KEY: Final = "first"
_PEOPLE: Final = "r.customer_id = ANY (%(people)s::bigint[])"


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedMessage:
    """A message of a try: what the gate said, and the words where it would go out."""

    node: str
    channel: str
    at: datetime
    outcome: str
    reason: str
    words: OutgoingMessage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something the person does so long after entering."""

    after: timedelta
    event: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """Who tries, by which trigger they enter, what they do, and what is chosen at steps."""

    person: CustomerId | MadePerson
    trigger: int = 0
    properties: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)
    before: tuple[Deed, ...] = ()
    deeds: tuple[Deed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of a try. `state` is that of the run at its end; `questions` were met on the way."""

    began_at: datetime
    state: str
    node: str
    steps: tuple[RunStep, ...]
    messages: tuple[TriedMessage, ...]
    questions: tuple[Question, ...]

    @property
    def visited(self) -> frozenset[str]:
        """The steps that were reached."""
        reached = {step.node for step in self.steps} | {step.next_node or "" for step in self.steps}
        return frozenset(reached - {""})

    @property
    def ways(self) -> frozenset[tuple[str, str]]:
        """The ways that were taken, from step to step."""
        return frozenset((step.node, step.next_node) for step in self.steps if step.next_node)

    @property
    def end(self) -> str:
        """The reason of the last step."""
        return self.steps[-1].reason if self.steps else ""


def try_as(journey: Journey, raw: Any, wanted: Try, *, now: datetime) -> Tried:
    """Let one person run through a definition, from now until their way ends.

    Nobody is held out, and what the person did in this journey before does not count.

    Raises:
        Invalid: the definition has a fault.
        Conflict: a step would change something outside of journeys, or the way does not end.
    """
    definition = check_definition(raw, now=now)
    with open_sandbox():
        return _Trial(definition, wanted, now=now).run(journey)


class _Trial:
    """One try, inside the sandbox."""

    def __init__(self, definition: Definition, wanted: Try, *, now: datetime) -> None:
        self.definition = definition
        self.wanted = wanted
        self.now = now
        self.nodes = {node.id: node for node in definition.nodes}
        self.acted = set[int]()
        self.clock = Simulation(
            step=timedelta(microseconds=1), outcome_of=self._outcome,
            answers=lambda call: self._choice(call.node) != FAILED,
            watch=self._watch, most_ticks=2_000,
        )  # fmt: skip

    def run(self, journey: Journey) -> Tried:
        """Let the person in and run the clock."""
        customer_id = self._prepare_person()
        version = write_draft(
            journey, self.definition.model_copy(update={"holdout_percent": 0}), now=self.now
        )
        JourneyTrigger.objects.update(next_at=None)
        sandbox.seal()
        for deed in self.wanted.before:
            at = self.now - deed.after
            sandbox.add_touchpoint(customer_id, deed.event, deed.properties, at=at)
        self.clock.skip_history()
        for deed in self.wanted.deeds:
            self.clock.plan(self.now + deed.after, self._deed(customer_id, deed))
        self._enter(version, customer_id)
        self.clock.run(since=self.now, until=self.now + LONGEST)
        return self._tell()

    def _prepare_person(self) -> int:
        if isinstance(self.wanted.person, MadePerson):
            return sandbox.add_person(self.wanted.person, now=self.now)
        people = sandbox.of_people([self.wanted.person])
        sandbox.copy_rows("profiles_customer", "r.id = ANY (%(people)s::bigint[])", people)
        for table in ("profiles_identity", "profiles_consent", "profiles_segment_member"):
            sandbox.copy_rows(table, _PEOPLE, people)
        since = {**people, "now": self.now}
        sandbox.copy_rows(
            "profiles_touchpoint", f"{_PEOPLE} AND r.occurred_at < %(now)s::timestamptz", since,
            instead={"starts_journeys": "false"},
        )  # fmt: skip
        sandbox.copy_rows("campaigns_delivery", f"{_PEOPLE} AND r.claimed_at IS NOT NULL", people)
        return self.wanted.person

    def _enter(self, version: JourneyVersion, customer_id: int) -> None:
        rows = list(version.triggers.order_by("id"))
        place = min(self.wanted.trigger, len(rows) - 1)
        trigger = self.definition.entry.triggers[place]
        properties = properties_for(getattr(trigger, "match", []))
        if self.definition.entry.key:
            put_property(properties, self.definition.entry.key, _KEY)
        properties |= self.wanted.properties
        entrant = Entrant(
            trigger_id=rows[place].pk, customer_id=customer_id, cause_id=0,
            ctx={"event": properties},
        )  # fmt: skip
        queries.enter([entrant], now=self.now)

    def _deed(self, customer_id: int, deed: Deed) -> Any:
        def act(at: datetime) -> None:
            sandbox.add_touchpoint(customer_id, deed.event, deed.properties, at=at)

        return act

    def _choice(self, node: str) -> str:
        return self.wanted.choices.get(node, NOTHING)

    def _outcome(self, row: Decided) -> str:
        name = _node_name(row.id)
        return "rejected" if self._choice(name) == FAILED else "accepted"

    def _watch(self, now: datetime) -> None:
        """Plan what was chosen, once for each visit of a step."""
        run = Enrollment.objects.filter(state="active").first()
        if run is None or run.step_no in self.acted:
            return
        self.acted.add(run.step_no)
        node = self.definition.numbered()[run.node]
        choice = self._choice(node.id)
        if isinstance(node, Hold) and choice != NOTHING:
            branch = next((each for each in node.branches if each.name == choice), None)
            if branch is None:
                return
            properties = properties_for(branch.match)
            if self.definition.entry.key and not node.any_key:
                put_property(properties, self.definition.entry.key, run.instance_key)
            deed = Deed(after=timedelta(0), event=branch.event, properties=properties)
            self.clock.plan(now + _soon(node.seconds), self._deed(run.customer_id, deed))
        elif isinstance(node, Send) and choice in {"opened", "clicked"}:
            self.clock.plan(now + _soon(node.within), self._engagement(run, choice))

    def _engagement(self, run: Enrollment, kind: str) -> Any:
        def act(at: datetime) -> None:
            delivery = Delivery.objects.filter(
                enrollment_id=run.pk, step_no=run.step_no, handed_over_at__isnull=False
            ).first()
            if delivery is not None:
                delivery.events.create(kind=kind, at=at, key=f"try:{run.step_no}")

        return act

    def _tell(self) -> Tried:
        run = Enrollment.objects.get()
        steps = tuple(selectors.list_run(run.pk))
        words = {found.delivery_id: found.message for _, found in self.clock.messages}
        messages = tuple(
            TriedMessage(
                node=_node_name(decision.delivery_id), channel=decision.delivery.channel,
                at=decision.decided_at, outcome=decision.outcome, reason=decision.reason,
                words=words.get(decision.delivery_id),
            )
            for decision in Decision.objects.select_related("delivery").order_by("id")
        )  # fmt: skip
        met = [step.node for step in steps]
        asked = (question_at(self.nodes[name]) for name in dict.fromkeys(met) if name in self.nodes)
        return Tried(
            began_at=self.now, state=run.state, node=self.definition.numbered()[run.node].id,
            steps=steps, messages=messages,
            questions=tuple(question for question in asked if question),
        )  # fmt: skip


def _soon(seconds: int) -> timedelta:
    """An hour after arrival, or half the time where that is shorter."""
    return min(timedelta(hours=1), timedelta(seconds=seconds) / 2)


def _node_name(delivery_id: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.name FROM campaigns_delivery d JOIN campaigns_journey_node n "
            "ON n.version_id = d.journey_version_id AND n.node = d.node WHERE d.id = %s",
            [delivery_id],
        )
        row = cursor.fetchone()
        return str(row[0]) if row else ""
