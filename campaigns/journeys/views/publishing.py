"""Review and publish: what changes, for whom, and what stands in the way."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from campaigns.journeys import selectors
from campaigns.journeys.models import JourneyDraft
from campaigns.journeys.rules.analysis import find_faults
from campaigns.journeys.rules.differences import compare
from campaigns.journeys.rules.documents import Document
from campaigns.journeys.rules.dry_results import read_outcome
from campaigns.journeys.rules.words import describe
from campaigns.journeys.selectors import get_journey
from campaigns.journeys.services import drafting
from campaigns.journeys.services.specifying import run_specs
from campaigns.journeys.trial_models import DryRun
from kernel.access.actors import actor_of
from kernel.access.permissions import may, refuse, require
from kernel.errors import Conflict, Invalid, NotFound


@require("edit")
def publish(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the difference; publishing itself asks for the permission to publish."""
    draft = _draft(key)
    refused = ""
    if request.method == "POST":
        if not may(request.user, "publish"):
            return refuse(request, "publish")
        try:
            done = drafting.publish_draft(
                draft, actor=actor_of(request.user), now=timezone.now(),
                despite=request.POST.get("despite", "").strip()[:500],
            )  # fmt: skip
        except (Conflict, Invalid) as error:
            refused = error.message
        else:
            text = f"Version {done.version} of “{draft.journey.name}” is live."
            messages.success(request, text)
            return redirect("campaigns:journey", key=key)
    return _review(request, draft, refused=refused)


@require_POST
@require("edit")
def delete(request: HttpRequest, key: UUID) -> HttpResponse:
    journey = get_journey(key)
    try:
        drafting.delete_journey(journey, actor=actor_of(request.user), now=timezone.now())
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("campaigns:journey", key=key)
    messages.success(request, f"“{journey.name}” is deleted.")
    return redirect("campaigns:journeys")


@require_POST
@require("edit")
def discard(request: HttpRequest, key: UUID) -> HttpResponse:
    draft = _draft(key)
    try:
        drafting.discard_draft(draft, actor=actor_of(request.user), now=timezone.now())
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("campaigns:journey-build", key=key)
    messages.success(request, f"The draft of “{draft.journey.name}” is thrown away.")
    return redirect("campaigns:journey", key=key)


def _draft(key: UUID) -> JourneyDraft:
    journey = get_journey(key)
    draft = JourneyDraft.objects.select_related("journey__live_version").filter(journey=journey)
    found = draft.first()
    if found is None:
        raise NotFound("This journey has no draft. Open the builder to begin one.")
    return found


def _review(request: HttpRequest, draft: JourneyDraft, *, refused: str) -> HttpResponse:
    definition = drafting.shown_edit(draft).definition
    live = draft.journey.live_version
    known = selectors.find_known(besides=draft.journey_id)
    faults = find_faults(definition, known)
    before = live.definition["nodes"] if live else []
    titles = {node["id"]: describe(node, known).title for node in [*before, *definition["nodes"]]}
    entry = next(node for node in definition["nodes"] if node["type"] == "entry")
    context = {
        "journey": draft.journey,
        "live": live,
        "number": live.number + 1 if live else 1,
        "differences": [
            (difference, titles.get(difference.node, "The whole journey"))
            for difference in compare(live.definition if live else None, definition)
        ],
        "faults": [(fault, titles.get(fault.node, "")) for fault in faults],
        "can_publish": all(fault.is_hint for fault in faults),
        "may_publish": may(request.user, "publish"),
        "inside": selectors.count_inside(draft.journey_id),
        "starts_now": entry.get("starts") == "current_and_future",
        "holdout": definition.get("holdout_percent", 10),
        **_estimate(draft, definition),
        "verdicts": run_specs(draft.journey, definition, now=timezone.now()),
        "refused": refused,
    }
    status = 422 if refused else 200
    return render(request, "campaigns/journeys/publish.html", context, status=status)


def _estimate(draft: JourneyDraft, definition: Document) -> dict[str, Any]:
    """Return what the newest dry run of seven days says about the draft as it is now."""
    runs = DryRun.objects.filter(journey=draft.journey, days=7, status="done").order_by("-asked_at")
    run = next((one for one in runs[:10] if one.parts[0]["definition"] == definition), None)
    if run is None:
        return {"dry_run": None}
    outcome = read_outcome("Draft", run.results[0], prices=settings.MESSAGE_PRICES)
    sent: dict[str, int] = {}
    for _, channel, total in outcome.sends:
        sent[channel] = sent.get(channel, 0) + total.value
    return {"dry_run": run, "estimate": outcome, "estimated_sends": sorted(sent.items())}
