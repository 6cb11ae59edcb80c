"""Reads of journeys for pages and timelines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from campaigns.content.selectors import list_templates
from campaigns.journeys.models import Enrollment, Journey, JourneyVersion
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.feedback import Neighbor, neighbor_of
from campaigns.journeys.rules.reasons import REFUSALS
from campaigns.journeys.rules.words import describe
from kernel.errors import NotFound
from kernel.sql import SqlFile, bigint_array
from profiles import facade as profiles

READING = SqlFile(__file__, "reading")


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyRow:
    """One line of the list of journeys; the numbers are those of the live version."""

    key: UUID
    name: str
    status: str
    tags: list[str]
    version: int | None
    published_at: datetime | None
    entered: int
    held_out: int
    finished: int

    @property
    def inside(self) -> int:
        """How many are on their way."""
        return self.entered - self.finished


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRow:
    """One node of a version with its numbers."""

    node: int
    name: str
    type: str
    params: dict[str, Any]
    outlets: list[str]
    next: list[int]
    delay: timedelta | None
    arrived: int
    inside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRow:
    """A way that a touchpoint began."""

    journey: str
    journey_key: UUID
    enrollment: int
    at: datetime
    is_held_out: bool
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInside:
    """How many people are on their way in one version."""

    number: int
    inside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step of one person."""

    at: datetime
    step_no: int
    reason: str
    definition: dict[str, Any]
    template: str | None
    journey: str
    journey_key: UUID
    enrollment: int

    @property
    def title(self) -> str:
        """What staff call the step: a message by its template."""
        return self.template or describe(self.definition, Known()).title


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAt:
    """Somebody who stands at a node, and when they go on by themselves."""

    id: int
    customer_id: int
    entered_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Somebody whose way ended: how, and at which step."""

    id: int
    customer_id: int
    state: str
    entered_at: datetime
    finished_at: datetime | None
    version: int
    reason: str | None
    node: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStep:
    """One step of one run."""

    at: datetime
    step_no: int
    reason: str
    type: str
    node: str
    next_node: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """What a page of the check of all enrollments found."""

    checked: int
    last_id: int | None
    stuck: int
    doubled: int
    stale: int
    deaf: int
    idle: int
    examples: list[int] | None

    @property
    def broken(self) -> int:
        """How many of the page are broken, whatever it is."""
        return self.stuck + self.doubled + self.stale + self.deaf + self.idle


def list_journeys(*, tag: str = "") -> list[JourneyRow]:
    """Return all journeys by name, or those with a tag, with what happened in their live versions."""
    return READING.all("list_journeys", {"tag": tag}, into=JourneyRow)


def list_tags() -> list[str]:
    """Return the tags of all journeys."""
    return sorted({tag for tags in Journey.objects.values_list("tags", flat=True) for tag in tags})


def get_journey(key: UUID) -> Journey:
    """Return a journey with its live version; raises `NotFound`."""
    journey = Journey.objects.select_related("live_version").filter(key=key).first()
    if journey is None:
        raise NotFound("There is no such journey. It may have been deleted.")
    return journey


def count_nodes(version_id: int) -> list[NodeRow]:
    """Return the nodes of a version, each with who arrived and who is there now."""
    return READING.all("count_nodes", {"version_id": version_id}, into=NodeRow)


def list_steps(customer_id: int, *, before: datetime, limit: int) -> list[StepRow]:
    """Return the newest steps of one person before an instant."""
    params = {"customer_id": customer_id, "before": before, "limit": limit}
    return READING.all("list_steps", params, into=StepRow)


def find_known(*, besides: int | None = None) -> Known:
    """Return what drafts may refer to: published templates and segments in use.

    With `besides`, the id of a journey, also the other live journeys that its events may start.
    """
    segments = profiles.list_segments()
    templates = [template for template in list_templates() if template.live_version_id]
    return Known(
        templates={str(template.key): template.name for template in templates},
        channels={str(template.key): template.channel for template in templates},
        segments={int(segment.id): segment.name for segment in segments},
        segment_keys={str(segment.key): segment.name for segment in segments},
        neighbors=_list_neighbors(besides) if besides else (),
    )


def _list_neighbors(besides: int) -> list[Neighbor]:
    """Return those that record an event: through no other does one come back."""
    records = {"live_version__definition__contains": {"nodes": [{"type": "emit"}]}}
    live = Journey.objects.filter(status=Journey.Status.LIVE, **records)
    found = live.exclude(pk=besides).order_by("pk").values_list("name", "live_version__definition")
    return [neighbor_of(name, definition) for name, definition in found]


def title_nodes(version: JourneyVersion) -> dict[str, str]:
    """Return what staff call each step of a version, by its id."""
    known = find_known()
    return {node["id"]: describe(node, known).title for node in version.definition["nodes"]}


def count_inside(journey_id: int) -> list[VersionInside]:
    """Return how many people are inside each version that still has some; newest first."""
    return READING.all("count_inside", {"journey_id": journey_id}, into=VersionInside)


def count_refused(version_id: int) -> list[tuple[int, str]]:
    """Return how many times people were not let in, with the reason in words; most frequent first."""
    words = list(REFUSALS.values())
    rows = READING.run("count_refused", {"version_id": version_id})
    return [(people, words[reason - 1]) for reason, people in rows]


def list_people_at(version: JourneyVersion, node: int, *, limit: int = 50) -> list[PersonAt]:
    """Return who stands at a node, newest entrants first, among the latest 20,000 of the journey."""
    params = {
        "journey_id": version.journey_id,
        "version_id": version.pk,
        "node": node,
        "limit": limit,
    }
    return READING.all("list_people_at", params, into=PersonAt)


def list_left(journey_id: int, *, state: str, before: int, limit: int) -> list[Left]:
    """Return whose way ended, in one state or all, below an enrollment; 0 means from the newest on."""
    params = {"journey_id": journey_id, "state": state, "before": before, "limit": limit}
    return READING.all("list_left", params, into=Left)


def get_enrollment(enrollment_id: int, *, journey_id: int) -> Enrollment:
    """Return one enrollment of a journey with its version; raises `NotFound`."""
    found = (
        Enrollment.objects.select_related("version")
        .filter(pk=enrollment_id, journey_id=journey_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such run of this journey.")
    return found


def list_run(enrollment_id: int) -> list[RunStep]:
    """Return every step of one run, in order."""
    return READING.all("list_run", {"enrollment_id": enrollment_id}, into=RunStep)


def check_enrollments(*, batch: int = 50_000) -> Iterator[Broken]:
    """Check that every active enrollment has exactly one timer, of its own step, and no other has one.

    Whoever waits for events must be subscribed to them, and a message whose outcome is awaited must
    be planned.

    Pages through all enrollments by id. People who move while a page is read are seen as of that
    page's snapshot, so a healthy engine shows nothing.
    """
    after = 0
    while True:
        page = READING.one("count_broken", {"after": after, "batch": batch}, into=Broken)
        if page.last_id is None:
            return
        yield page
        after = page.last_id


def list_started_by(
    customer_id: int, *, touchpoint_id: int, segment_change_ids: Sequence[int]
) -> list[StartedRow]:
    """List the ways of a person that a touchpoint began, by itself or through segments."""
    params = {
        "customer_id": customer_id,
        "touchpoint_id": touchpoint_id,
        "change_ids": bigint_array(segment_change_ids),
    }
    return READING.all("list_started_by", params, into=StartedRow)
