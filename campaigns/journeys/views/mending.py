"""Errors of a journey: what failed at which step, whom it hit, and what staff do about it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from campaigns.deliveries.rules import reason_text
from campaigns.journeys import selectors
from campaigns.journeys.failures import Group, count_errors, list_errors
from campaigns.journeys.forms.mending import MendingForm
from campaigns.journeys.models import Journey
from campaigns.journeys.selectors import get_journey
from campaigns.journeys.services import mending
from campaigns.journeys.views.pages import names_of
from campaigns.journeys.views.standing import read_ids
from kernel.access.actors import actor_of
from kernel.access.permissions import may, require
from kernel.http.numbers import read_number

_PAGE = 50


@require_GET
@require("view")
def errors(request: HttpRequest, key: UUID) -> HttpResponse:
    """List what failed by step and reason."""
    journey = get_journey(key)
    rows = count_errors(journey.pk)
    shown = {row.version for row in rows}
    titles = {
        version.number: selectors.title_nodes(version)
        for version in journey.versions.filter(number__in=shown)
    }
    context = {
        "journey": journey,
        "rows": [
            (row, titles[row.version].get(row.step, row.step), reason_text(row.reason), _link(row))
            for row in rows
        ],
    }
    return render(request, "campaigns/journeys/errors.html", context)


@require_http_methods(["GET", "POST"])
@require("view")
def error(request: HttpRequest, key: UUID) -> HttpResponseBase:
    """Show whom one kind of error hit, and settle it for those who are chosen, or for all."""
    journey = get_journey(key)
    group = _read_group(journey, request.GET)
    asked = request.POST if request.method == "POST" else request.GET
    ids = read_ids(asked.getlist("who"))
    chosen = replace(group, ids=[] if "everybody" in asked else ids)
    if request.method == "POST":
        return _act(request, journey, chosen, is_chosen=bool(ids) or "everybody" in asked)
    return _show(request, journey, chosen, is_chosen=bool(ids) or "everybody" in asked)


@require("publish")
def _act(request: HttpRequest, journey: Journey, group: Group, *, is_chosen: bool) -> HttpResponse:
    form = _form(group, request.POST)
    if not (is_chosen and form.is_valid()):
        return _show(request, journey, group, is_chosen=is_chosen, form=form)
    what = form.cleaned_data["what"]
    done = mending.act_on_errors(
        group, what, reason=form.cleaned_data["reason"], actor=actor_of(request.user),
        now=timezone.now(),
    )  # fmt: skip
    one, many = ("person", "people") if what == mending.TAKE_OUT else ("error", "errors")
    messages.success(request, f"Done for {done:,} {one if done == 1 else many}.")
    return redirect("campaigns:journey-errors", key=journey.key)


def _show(
    request: HttpRequest, journey: Journey, group: Group, *, is_chosen: bool,
    form: MendingForm | None = None,
) -> HttpResponse:  # fmt: skip
    before = request.GET.get("before", "")
    rows = list_errors(
        group, limit=_PAGE + 1,
        before=read_number(before) or 0,
    )  # fmt: skip
    shown = rows[:_PAGE]
    version = journey.versions.filter(number=group.version).first()
    titles = selectors.title_nodes(version) if version else {}
    names = names_of(request, [row.customer_id for row in shown])
    is_asking = is_chosen and may(request.user, "publish")
    context: dict[str, Any] = {
        "journey": journey,
        "group": group,
        "title": titles.get(group.step, group.step),
        "why": reason_text(group.reason),
        "rows": [(row, names[row.customer_id]) for row in shown],
        "more": shown[-1].id if len(rows) > _PAGE else None,
        "is_first": not before,
        "may_publish": may(request.user, "publish"),
        "form": (form or _form(group)) if is_asking else None,
    }
    status = 422 if form is not None else 200
    return render(request, "campaigns/journeys/error.html", context, status=status)


def _form(group: Group, posted: Any = None) -> MendingForm:
    return MendingForm(
        group.kind, posted=posted, errors=mending.count_reached(group, mending.SKIP),
        people=mending.count_reached(group, mending.TAKE_OUT),
    )  # fmt: skip


def _read_group(journey: Journey, asked: QueryDict) -> Group:
    return Group(
        journey_id=journey.pk, kind=asked.get("kind", ""), step=asked.get("step", ""),
        version=read_number(asked.get("version", ""), most_digits=8) or 0,
        reason=asked.get("reason", ""),
    )  # fmt: skip


def _link(row: Any) -> str:
    query = QueryDict(mutable=True)
    query.update(
        {"kind": row.kind, "version": str(row.version), "step": row.step, "reason": row.reason}
    )
    return "?" + query.urlencode()
