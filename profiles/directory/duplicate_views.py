"""Pages: people who may be the same, people who gathered too much, values that many share."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.errors import DomainError
from kernel.events import wake
from kernel.http.numbers import read_number
from profiles.directory import duplicate_selectors as selectors
from profiles.duplicates import services
from profiles.identities.models import BlockedValue, StitchHold
from profiles.identities.rules import MOST_IDENTIFIED_A_DAY

_TABS = (("duplicates", "Duplicates"), ("held", "Held people"), ("shared_values", "Shared values"))
_SHOWN = 200


@require_GET
@require("view")
def duplicates(request: HttpRequest) -> HttpResponse:
    """List pairs of people who may be the same, the likeliest first."""
    pairs, more = selectors.list_pairs(
        after=_position(request.GET.get("after", "")), is_masked=_is_masked(request)
    )
    context = {"pairs": pairs, "more": more, "is_first": "after" not in request.GET}
    return _page(request, "duplicates", context)


@require_GET
@require("view")
def held(request: HttpRequest) -> HttpResponse:
    """List people to whom events joined too much."""
    holds = StitchHold.objects.order_by("released_at", "-held_at")[:_SHOWN]
    lines = selectors.describe_holds(list(holds), is_masked=_is_masked(request))
    limits = (services.MOST_MERGES, services.MOST_IDENTIFIERS)
    return _page(request, "held", {"lines": lines, "limits": limits, "most": MOST_IDENTIFIED_A_DAY})


@require_GET
@require("view")
def shared_values(request: HttpRequest) -> HttpResponse:
    """List values that many people say are theirs."""
    values = BlockedValue.objects.order_by("-state", "-people", "id")[:_SHOWN]
    lines = selectors.describe_values(list(values), is_masked=_is_masked(request))
    return _page(request, "shared_values", {"lines": lines, "most": services.MOST_ALIKE})


@require_POST
@require("publish")
def dismiss(request: HttpRequest, pair_id: int) -> HttpResponseBase:
    """Note that two people are not the same."""
    return _decide(
        request, "duplicates", "They are two people. The pair is not suggested again.",
        lambda actor, now: services.dismiss_pair(pair_id, actor=actor, now=now),
    )  # fmt: skip


@require_POST
@require("publish")
def release(request: HttpRequest, hold_id: int) -> HttpResponseBase:
    """Let events join others to a person again."""
    return _decide(
        request, "held", "Events join others to this person again.",
        lambda actor, now: services.release_hold(hold_id, actor=actor, now=now),
    )  # fmt: skip


@require_POST
@require("publish")
def decide_value(request: HttpRequest, value_id: int) -> HttpResponseBase:
    """Block a value, or leave it as it is."""
    block = request.POST.get("decision") == "block"
    words = "It names nobody from now on." if block else "It stays an identifier."
    return _decide(
        request, "shared_values", words,
        lambda actor, now: services.decide_value(value_id, block=block, actor=actor, now=now),
    )  # fmt: skip


@require_POST
@require("publish")
def look(request: HttpRequest) -> HttpResponseBase:
    """Look for duplicates now instead of at night."""
    wake("profiles.look_for_duplicates")
    messages.info(request, "The search has begun. Look again in a minute.")
    return redirect("profiles:duplicates")


def _decide(
    request: HttpRequest, page: str, words: str, act: Callable[[str, datetime], None]
) -> HttpResponseBase:
    try:
        act(actor_of(request.user), timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words)
    return redirect(f"profiles:{page}")


def _page(request: HttpRequest, tab: str, context: dict[str, object]) -> HttpResponse:
    tabs = [(text, reverse(f"profiles:{name}"), name == tab, "") for name, text in _TABS]
    shown = {"tabs": tabs, "is_masked": _is_masked(request), **context}
    return render(request, f"profiles/duplicates/{tab}.html", shown)


def _position(text: str) -> tuple[int, int] | None:
    first, _, second = text.partition("-")
    score, pair_id = read_number(first, most_digits=3), read_number(second)
    return None if score is None or pair_id is None else (score, pair_id)


def _is_masked(request: HttpRequest) -> bool:
    return not may(request.user, "view_personal_data")
