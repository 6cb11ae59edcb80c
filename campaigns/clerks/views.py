"""The page of the cards that clerks of stores work through."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from campaigns.clerks import services
from kernel.access.actors import actor_of
from kernel.access.permissions import require
from kernel.errors import Conflict
from kernel.http.numbers import read_number


@require_GET
@require("view_personal_data")
def cards(request: HttpRequest) -> HttpResponse:
    now, before = timezone.now(), request.GET.get("before", "")
    place = request.GET.get("place", "").strip()[:120]
    position = read_number(before)
    rows = services.list_open_cards(place=place, before=position, now=now)
    shown = rows[: services.PAGE]
    places = services.list_places(now=now)
    context = {
        "cards": shown,
        "place": place,
        "places": places if place in {"", *places} else [place, *places],
        "more": shown[-1].card.pk if len(rows) > services.PAGE else None,
        "is_first": position is None,
    }
    return render(request, "campaigns/clerks/cards.html", context)


@require_POST
@require("edit")
def finish(request: HttpRequest, key: UUID) -> HttpResponse:
    try:
        services.finish_card(key, actor=actor_of(request.user), now=timezone.now())
    except Conflict as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "Done. It is on the person's timeline.")
    return redirect("campaigns:cards")
