"""Building a journey: one draft for each, every edit kept so that it can be undone."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from campaigns.contracts import PublishedJourney
from campaigns.journeys.models import Journey, JourneyDraft, JourneyEdit
from campaigns.journeys.rules.definition import Problem, parse_definition
from campaigns.journeys.rules.documents import CannotEdit, Document
from campaigns.journeys.rules.specs import SpecDocument
from campaigns.journeys.services.publish import create_journey, publish_journey
from campaigns.journeys.services.specifying import refuse_failing, run_specs, save_spec
from kernel.audit import record
from kernel.errors import Conflict, Invalid

KEPT_EDITS = 100

EMPTY: Document = {
    "version": 1,
    "holdout_percent": 10,
    "nodes": [
        {"id": "entry", "type": "entry", "triggers": [], "next": "exit"},
        {"id": "exit", "type": "exit"},
    ],
}


@transaction.atomic
def open_draft(journey: Journey, *, actor: str, now: datetime) -> JourneyDraft:
    """Return the journey's draft; where there is none, it begins as the live version."""
    locked = Journey.objects.select_for_update().get(pk=journey.pk)
    draft = JourneyDraft.objects.filter(journey=locked).first()
    if draft is not None:
        return draft
    live = locked.live_version
    return start_draft(locked, live.definition if live else EMPTY, actor=actor, now=now)


@transaction.atomic
def start_draft(
    journey: Journey, definition: Document, *, actor: str, now: datetime
) -> JourneyDraft:
    """Begin a draft with a definition, in place of the one there was."""
    JourneyDraft.objects.filter(journey=journey).delete()
    draft = JourneyDraft.objects.create(
        journey=journey, based_on=journey.live_version, saved_at=now, saved_by=actor
    )
    JourneyEdit.objects.create(draft=draft, place=0, label="Start", definition=definition)
    return draft


@transaction.atomic
def begin_journey(
    name: str, definition: Document, specs: Mapping[str, SpecDocument], *, key: UUID, actor: str,
    now: datetime,
) -> Journey:  # fmt: skip
    """Create a journey with a draft, which may be unfinished, and with specs.

    Raises:
        Conflict: the name is taken, or there are too many specs.
    """
    made = create_journey(name, key=key, actor=actor, now=now)
    start_draft(made, definition, actor=actor, now=now)
    for spec, document in specs.items():
        save_spec(made, None, name=spec[:120], document=document, actor=actor, now=now)
    return made


@transaction.atomic
def create_with_draft(
    name: str, definition: Any, *, key: UUID, actor: str, now: datetime
) -> Journey:
    """Create a journey with a draft that was written elsewhere, or an empty one.

    Raises:
        Conflict: the name is taken.
        Invalid: the definition has a fault; `field` is its path.
    """
    made = begin_journey(name, EMPTY, {}, key=key, actor=actor, now=now)
    if definition:
        replace_draft(made, definition, actor=actor, now=now)
    return made


def replace_draft(journey: Journey, definition: Any, *, actor: str, now: datetime) -> Document:
    """Begin a draft with a definition that was written elsewhere; returns it with all its settings.

    Raises:
        Invalid: the definition has a fault; `field` is its path.
    """
    if "\\u0000" in json.dumps(definition):
        raise Invalid("definition", "The null character cannot be stored. Take it out.")
    try:
        parsed = parse_definition(definition)
    except Problem as problem:
        raise Invalid(problem.path, str(problem)) from None
    document: Document = parsed.model_dump(mode="json", by_alias=True, exclude_none=True)
    start_draft(journey, document, actor=actor, now=now)
    return document


def shown_edit(draft: JourneyDraft) -> JourneyEdit:
    """Return the edit that shows."""
    return draft.edits.get(place=draft.place)


def shown_definition(journey: Journey) -> Document:
    """Return what the draft shows, else what is live, else a journey of nothing."""
    draft = JourneyDraft.objects.filter(journey=journey).first()
    if draft is not None:
        shown: Document = shown_edit(draft).definition
        return shown
    live: Document | None = journey.live_version.definition if journey.live_version else None
    return live or EMPTY


@transaction.atomic
def delete_journey(journey: Journey, *, actor: str, now: datetime) -> None:
    """Delete a journey that was never published, with its draft and its specs.

    Raises:
        Conflict: it was published, so people may have a past in it.
    """
    locked = Journey.objects.select_for_update().get(pk=journey.pk)
    if locked.versions.exists():
        raise Conflict(
            f"“{locked.name}” was published, and people have a past in it. End it instead."
        )
    locked.delete()
    record(
        actor=actor, verb="deleted", object_type="journey", object_id=str(locked.key),
        before={"name": locked.name}, now=now,
    )  # fmt: skip


@transaction.atomic
def edit_draft(
    draft: JourneyDraft,
    change: Callable[[Document], Document],
    *,
    label: str,
    actor: str,
    now: datetime,
) -> Document:
    """Change a draft and keep the state before for undoing; an edit that changes nothing is not kept.

    Raises:
        Invalid: the edit makes no sense on the draft as it is now.
    """
    locked = JourneyDraft.objects.select_for_update().get(pk=draft.pk)
    shown: Document = shown_edit(locked).definition
    try:
        changed = change(shown)
    except CannotEdit as refused:
        raise Invalid("step", str(refused)) from None
    if changed == shown:
        return shown
    locked.edits.filter(place__gt=locked.place).delete()
    locked.edits.filter(place__lte=locked.place - KEPT_EDITS).delete()
    JourneyEdit.objects.create(
        draft=locked, place=locked.place + 1, label=label[:120], definition=changed
    )
    _show(locked, locked.place + 1, actor=actor, now=now)
    return changed


@transaction.atomic
def step_through_edits(draft: JourneyDraft, by: int, *, actor: str, now: datetime) -> Document:
    """Undo (-1) or redo (+1) one edit; at the ends nothing happens."""
    locked = JourneyDraft.objects.select_for_update().get(pk=draft.pk)
    if locked.edits.filter(place=locked.place + by).exists():
        _show(locked, locked.place + by, actor=actor, now=now)
    definition: Document = shown_edit(locked).definition
    return definition


@transaction.atomic
def publish_draft(
    draft: JourneyDraft, *, actor: str, now: datetime, despite: str = ""
) -> PublishedJourney:
    """Publish what the draft shows; the draft is then closed.

    The specs of the journey run first. `despite` is the reason to publish although some are not met.

    Raises:
        Invalid: the draft has a fault; `field` is its path.
        Conflict: a spec is not met, and no reason is given.
    """
    locked = JourneyDraft.objects.select_for_update().select_related("journey").get(pk=draft.pk)
    definition: Any = shown_edit(locked).definition
    verdicts = run_specs(locked.journey, definition, now=now)
    if not despite:
        refuse_failing(verdicts)
    failing = [one.spec.name for one in verdicts if not one.is_met]
    done = publish_journey(locked.journey, definition=definition, actor=actor, now=now)
    if failing:
        record(
            actor=actor, verb="published despite specs", object_type="journey",
            object_id=str(locked.journey.key), after={"reason": despite, "specs": failing}, now=now,
        )  # fmt: skip
    locked.delete()
    return done


@transaction.atomic
def discard_draft(draft: JourneyDraft, *, actor: str, now: datetime) -> None:
    """Throw a draft away; the live version stays.

    Raises:
        Conflict: the journey was never published, so nothing would be left.
    """
    journey = draft.journey
    if journey.live_version_id is None:
        raise Conflict("This journey was never published. Its draft is all there is.")
    draft.delete()
    record(
        actor=actor,
        verb="discarded draft",
        object_type="journey",
        object_id=str(journey.key),
        now=now,
    )


def _show(draft: JourneyDraft, place: int, *, actor: str, now: datetime) -> None:
    draft.place, draft.saved_at, draft.saved_by = place, now, actor
    draft.save(update_fields=["place", "saved_at", "saved_by"])
