"""Trying a draft as one person."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from campaigns.deliveries.models import Decision
from campaigns.deliveries.rules import reason_text
from campaigns.journeys import selectors
from campaigns.journeys.forms.trying import TryForm
from campaigns.journeys.rules.reasons import say_reason
from campaigns.journeys.rules.simulation import say_span
from campaigns.journeys.rules.words import find_kind
from campaigns.journeys.selectors import get_journey
from campaigns.journeys.services.drafting import shown_definition
from campaigns.journeys.services.publish import check_definition
from campaigns.journeys.services.trying import Tried, try_as
from campaigns.journeys.views.canvas import canvas_of
from kernel.access.permissions import may, require
from kernel.errors import Conflict, Invalid

_TONES = {"sent": "ok", "held_back": "warn", "delayed": "info", "failed": "danger"}


@require_http_methods(["GET", "POST"])
@require("edit")
def try_journey(request: HttpRequest, key: UUID) -> HttpResponse:
    """Run one person through the draft and show the way; nothing is stored or sent."""
    journey, now = get_journey(key), timezone.now()
    raw = shown_definition(journey)
    context: dict[str, Any] = {"journey": journey}
    try:
        definition = check_definition(raw, now=now)
        form = TryForm(
            definition, selectors.find_known(), request.POST or None,
            may_see_people=may(request.user, "view_personal_data"),
        )  # fmt: skip
        context["form"] = form
        if not form.is_bound or form.is_valid():
            tried = try_as(journey, raw, form.wanted(), now=now)
            form.ask(tried.questions)
            context |= _told(tried, raw)
    except (Invalid, Conflict) as refused:
        context["refused"] = refused.message
    status = 422 if "refused" in context or "tried" not in context else 200
    # A draft with faults is no bad request of this page: it says what to do first.
    status = 200 if request.method == "GET" else status
    return render(request, "campaigns/journeys/try.html", context, status=status)


def _told(tried: Tried, raw: Any) -> dict[str, Any]:
    figures = {step.next_node: step.at for step in tried.steps if step.next_node}
    canvas = canvas_of(
        raw, selectors.find_known(),
        figures={name: f"after {say_span(at - tried.began_at)}" for name, at in figures.items()},
    )  # fmt: skip
    titles = canvas.titles
    return {
        "tried": tried,
        "canvas": canvas,
        "nodes": [(node, node.name in tried.visited) for node in canvas.nodes],
        "arrows": [(arrow, (arrow.source, arrow.target) in tried.ways) for arrow in canvas.arrows],
        "steps": [
            {
                "icon": kind.icon if (kind := find_kind(step.type)) else "puzzle",
                "title": say_reason(step.reason),
                "note": f"After {say_span(step.at - tried.began_at)}, at “{titles[step.node]}”"
                + (f", on to “{titles[step.next_node]}”" if step.next_node else ""),
                "at": step.at,
            }
            for step in tried.steps[1:]
        ],
        "letters": [
            {
                "message": message, "tone": _TONES.get(message.outcome, ""),
                "outcome": Decision.Outcome(message.outcome).label, "title": titles[message.node],
                "why": "" if message.outcome == "sent" else reason_text(message.reason),
                "span": say_span(message.at - tried.began_at),
            }
            for message in tried.messages
        ],
        "end": titles[tried.node],
    }  # fmt: skip
