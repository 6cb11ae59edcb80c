"""Dry runs as work that lies in a table: asked for by staff, made by a worker, read by a page."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import Q

from campaigns.journeys.models import Journey
from campaigns.journeys.services.dry_running import dry_run
from campaigns.journeys.services.publish import check_definition
from campaigns.journeys.trial_models import DryRun
from campaigns.journeys.trials import Span
from kernel.audit import record
from kernel.errors import DomainError
from kernel.events import wake
from kernel.ids import new_key

log = structlog.get_logger()

# A run that is older than this belongs to a worker that is gone.
LEASE: Final = timedelta(minutes=30)
MOST_DAYS: Final = 30


@transaction.atomic
def ask_dry_run(
    journey: Journey, parts: Mapping[str, Any], *, days: int, with_imports: bool, actor: str,
    now: datetime,
) -> DryRun:  # fmt: skip
    """Ask for a dry run of one or more definitions, by label, over the last days.

    Raises:
        Invalid: a definition has a fault.
    """
    for definition in parts.values():
        check_definition(definition, now=now)
    asked = DryRun.objects.create(
        key=new_key(now=now), journey=journey, days=min(days, MOST_DAYS), with_imports=with_imports,
        parts=[{"label": label, "definition": part} for label, part in parts.items()],
        asked_by=actor, asked_at=now,
    )  # fmt: skip
    record(
        actor=actor, verb="asked for a dry run", object_type="journey",
        object_id=str(journey.key), after={"days": asked.days, "of": list(parts)}, now=now,
    )  # fmt: skip
    wake("campaigns.make_dry_runs")
    return asked


def work_next(*, now: datetime) -> bool:
    """Make the dry run that was asked for first; returns whether there was one.

    A run whose worker is gone is made again: it changes nothing but its own row.
    """
    with transaction.atomic():
        due = Q(status="asked") | Q(status="running", started_at__lt=now - LEASE)
        rows = DryRun.objects.select_for_update(skip_locked=True).filter(due)
        run = rows.order_by("asked_at", "pk").first()
        if run is None:
            return False
        run.status, run.started_at = "running", now
        run.save(update_fields=["status", "started_at"])
    span = Span(
        since=run.asked_at - timedelta(days=run.days), until=run.asked_at,
        with_imports=run.with_imports,
    )  # fmt: skip
    try:
        run.results = [
            dry_run(run.journey, part["definition"], span, now=run.asked_at) for part in run.parts
        ]
        run.status = "done"
    except DomainError as refused:
        run.status, run.error = "failed", refused.message
    run.finished_at = now
    run.save(update_fields=["results", "status", "error", "finished_at"])
    log.info("journeys.dry_run", run=str(run.key), status=run.status, days=run.days)
    return True
