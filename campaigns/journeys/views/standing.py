"""People at a step of the live version: what staff do with them, after seeing whom it reaches."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from campaigns.journeys import selectors
from campaigns.journeys.forms.standing import StandingForm
from campaigns.journeys.selectors import get_journey
from campaigns.journeys.services import moving
from campaigns.journeys.standing import count_standing
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict, Invalid
from kernel.http.numbers import read_number

MOST_CHOSEN = 500


@require_http_methods(["GET", "POST"])
@require("publish")
def standing(request: HttpRequest, key: UUID, node: str) -> HttpResponse:
    """Show whom an action would reach, and do it."""
    journey = get_journey(key)
    asked = request.POST if request.method == "POST" else request.GET
    ids = read_ids(asked.getlist("who"))
    place = moving.find_place(journey, node, [] if "everybody" in asked else ids)
    titles = selectors.title_nodes(place.node.version)
    targets = [(name, titles.get(name, name)) for name in moving.list_targets(place)]
    is_chosen = bool(ids) or "everybody" in asked
    posted = request.POST if request.method == "POST" and is_chosen else None
    form = StandingForm(moving.list_verbs(place), targets, posted)
    if form.is_bound and form.is_valid():
        try:
            done = moving.act_on_people(
                place, form.cleaned_data["what"], target=form.cleaned_data.get("target") or "",
                reason=form.cleaned_data["reason"], actor=actor_of(request.user), now=timezone.now(),
            )  # fmt: skip
        except (Conflict, Invalid) as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"Done for {done:,} {'person' if done == 1 else 'people'}.")
            return redirect("campaigns:journey", key=key)
    context: dict[str, Any] = {
        "journey": journey,
        "title": titles.get(node, node),
        "form": form,
        "is_chosen": is_chosen,
        "ids": place.ids,
        "found": count_standing(place),
    }
    is_bad = form.errors or (request.method == "POST" and not is_chosen)
    return render(
        request, "campaigns/journeys/standing.html", context, status=422 if is_bad else 200
    )


def read_ids(texts: Sequence[str]) -> list[int]:
    """Return the numbers among what was chosen, as many as may be chosen at once."""
    numbers = map(read_number, texts[:MOST_CHOSEN])
    return [number for number in numbers if number is not None]
