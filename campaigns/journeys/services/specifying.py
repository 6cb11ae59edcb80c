"""The specs of a journey: kept with it, run through the simulation, asked before every publishing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import transaction
from pydantic import ValidationError

from campaigns.journeys.models import Journey
from campaigns.journeys.rules.specs import Course, Given, SpecDocument, compare
from campaigns.journeys.services.sandbox import MadePerson
from campaigns.journeys.services.trying import Deed, Tried, Try, try_as
from campaigns.journeys.trial_models import JourneySpec
from kernel.audit import record
from kernel.errors import Conflict, DomainError, Invalid
from kernel.ids import new_key
from profiles import facade as profiles

G = TypeVar("G", bound=Given)

MOST_SPECS: Final = 20
_MADE_UP: Final = UUID(int=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What running one spec found; without differences it is met."""

    spec: JourneySpec
    differences: tuple[str, ...]

    @property
    def is_met(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences


@transaction.atomic
def save_spec(
    journey: Journey, spec: JourneySpec | None, *, name: str, document: SpecDocument, actor: str,
    now: datetime,
) -> JourneySpec:  # fmt: skip
    """Keep a spec of a journey, new or changed.

    Raises:
        Conflict: another spec of the journey has the name, or there are too many.
    """
    others = JourneySpec.objects.filter(journey=journey)
    if spec is not None:
        others = others.exclude(pk=spec.pk)
    if others.filter(name=name).exists():
        raise Conflict(f"A spec named “{name}” exists. Choose another name.")
    if spec is None and others.count() >= MOST_SPECS:
        raise Conflict(f"A journey has at most {MOST_SPECS} specs.")
    before = {"name": spec.name, "document": spec.document} if spec else None
    saved = spec or JourneySpec(journey=journey, key=new_key(now=now))
    saved.name, saved.document = name, document.model_dump(mode="json")
    saved.changed_at, saved.changed_by = now, actor
    saved.save()
    record(
        actor=actor, verb="saved spec", object_type="journey", object_id=str(journey.key),
        before=before, after={"name": name, "document": saved.document}, now=now,
    )  # fmt: skip
    return saved


@transaction.atomic
def delete_spec(spec: JourneySpec, *, actor: str, now: datetime) -> None:
    """Throw a spec away."""
    journey = spec.journey
    record(
        actor=actor, verb="deleted spec", object_type="journey", object_id=str(journey.key),
        before={"name": spec.name, "document": spec.document}, now=now,
    )  # fmt: skip
    spec.delete()


def run_specs(journey: Journey, definition: Any, *, now: datetime) -> list[Verdict]:
    """Run every spec of a journey through a definition; nothing is stored or sent."""
    specs = list(JourneySpec.objects.filter(journey=journey).order_by("name"))
    return [_run(journey, spec, definition, now=now) for spec in specs]


def refuse_failing(verdicts: Sequence[Verdict]) -> None:
    """Refuse when a spec is not met.

    Raises:
        Conflict: with the name and the first difference of each.
    """
    failing = [one for one in verdicts if not one.is_met]
    if failing:
        told = " ".join(f"“{one.spec.name}”: {one.differences[0]}" for one in failing)
        raise Conflict(f"{len(failing)} of {len(verdicts)} specs are not met. {told}")


def read_given(kind: type[G], raw: Any) -> G:
    """Return a spec, or its first half, that was written elsewhere.

    Raises:
        Invalid: a part cannot be read; `field` is its path.
    """
    if "\\u0000" in json.dumps(raw):
        raise Invalid("document", "The null character cannot be stored. Take it out.")
    try:
        return kind.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        path = ".".join(map(str, first["loc"])) or "document"
        raise Invalid(path, f"{path}: {first['msg'].removeprefix('Value error, ')}.") from None


def try_given(journey: Journey, given: Given, definition: Any, *, now: datetime) -> Tried:
    """Let somebody made up run through a definition; nothing is stored or sent.

    Raises:
        Invalid: the definition has a fault, or a segment is not in use.
        Conflict: a step would change something outside of journeys, or the way does not end.
    """
    numbers = {row.name: int(row.id) for row in profiles.list_segments()} if given.segments else {}
    missing = [name for name in given.segments if name not in numbers]
    if missing:
        raise Invalid("segments", f"There is no segment “{missing[0]}”.")
    person = MadePerson(
        key=_MADE_UP, traits=given.traits, time_zone=given.time_zone or None,
        channels=tuple(given.channels), segments=tuple(numbers[n] for n in given.segments),
    )  # fmt: skip
    deeds = tuple(
        Deed(after=timedelta(seconds=each.after), event=each.event, properties=each.properties)
        for each in given.when
    )
    wanted = Try(person=person, properties=given.entering, choices=given.choices, deeds=deeds)
    return try_as(journey, definition, wanted, now=now)


def _run(journey: Journey, spec: JourneySpec, definition: Any, *, now: datetime) -> Verdict:
    document = SpecDocument.model_validate(spec.document)
    try:
        tried = try_given(journey, document, definition, now=now)
    except DomainError as refused:
        return Verdict(spec=spec, differences=(refused.message,))
    return Verdict(spec=spec, differences=tuple(compare(document.then, _course(tried))))


def _course(tried: Tried) -> Course:
    sent: dict[str, timedelta] = {}
    held_back: dict[str, str] = {}
    for message in tried.messages:
        if message.outcome == "sent":
            sent.setdefault(message.node, message.at - tried.began_at)
        else:
            held_back[message.node] = message.reason
    return Course(sent=sent, held_back=held_back, passed=tried.visited, end=_end(tried))


def _end(tried: Tried) -> str:
    """Name the reason of a way that ended early, else the step at which it ended."""
    return tried.end if tried.end in {"goal_reached", "exit_met"} else tried.node
