"""Pages: what events look like, what is planned for each, and what was not as planned."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access.actors import actor_of
from kernel.access.permissions import may, refuse, require
from kernel.errors import Invalid, NotFound
from kernel.http.numbers import read_number
from kernel.ui.charts.bars import BarChart, bar_chart
from kernel.ui.charts.line import Series
from profiles.schema import selectors
from profiles.schema.forms import NEW_ROWS, read_actions, read_plan, suggested_type
from profiles.schema.rules import KINDS, TYPES
from profiles.schema.selectors import IDENTIFY, PropertyRow
from profiles.schema.services.planning import EventPlan, plan_event, set_actions, unplan_event

PAGE = 100
VIOLATIONS_PAGE = 50
STATES = [("", "All"), ("planned", "Planned"), ("unplanned", "Not planned"),
          ("violating", "With violations")]  # fmt: skip
ACTION_NAMES = {
    "": "As in all sources", "allow": "Let it through", "omit": "Leave the property out",
    "block": "Block the event",
}  # fmt: skip


@require_GET
@require("view")
def events(request: HttpRequest) -> HttpResponse:
    query, only = request.GET.get("q", "").strip()[:200], request.GET.get("only", "")
    after = request.GET.get("after", "")[:200].replace("\0", "")
    rows = selectors.list_events(
        query=query.replace("\0", ""), only=only, after=after, now=timezone.now(), limit=PAGE + 1
    )
    context = {
        "rows": rows[:PAGE], "query": query, "only": only, "states": STATES,
        "more": rows[PAGE - 1].name if len(rows) > PAGE else "", "traits_id": _traits_id(),
    }  # fmt: skip
    return render(request, "profiles/schema/events.html", context)


@require_http_methods(["GET", "POST"])
@require("view")
def event(request: HttpRequest, event_id: int) -> HttpResponseBase:
    now = timezone.now()
    found = selectors.get_event(event_id, now=now)
    problem = ""
    if request.method == "POST":
        if not may(request.user, "publish"):
            return refuse(request, "publish")
        try:
            plan_event(found.name, read_plan(request.POST), actor=actor_of(request.user), now=now)
        except Invalid as error:
            problem = error.message
        else:
            messages.success(request, f"“{found.name}” is planned. It counts for what arrives now.")
            return redirect("profiles:schema_event", event_id=event_id)
    context = _event_context(event_id, request, now=now) | {"event": found, "problem": problem}
    status = 422 if problem else 200
    return render(request, "profiles/schema/event.html", context, status=status)


@require_POST
@require("publish")
def unplan(request: HttpRequest, event_id: int) -> HttpResponseBase:
    try:
        unplan_event(event_id, actor=actor_of(request.user), now=timezone.now())
    except NotFound as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The event is out of the plan. What it looks like stays known.")
    return redirect("profiles:schema_event", event_id=event_id)


@require_http_methods(["GET", "POST"])
@require("publish")
def new_event(request: HttpRequest) -> HttpResponseBase:
    problem, name = "", request.POST.get("name", "")
    if request.method == "POST":
        plan = EventPlan(
            description=request.POST.get("description", "").strip()[:1_000],
            owner=request.POST.get("owner", "").strip()[:100],
        )
        try:
            event_id = plan_event(name, plan, actor=actor_of(request.user), now=timezone.now())
        except Invalid as error:
            problem = error.message
        else:
            return redirect("profiles:schema_event", event_id=event_id)
    context = {"problem": problem, "name": name[:200]}
    status = 422 if problem else 200
    return render(request, "profiles/schema/new.html", context, status=status)


@require_GET
@require("view")
def violations(request: HttpRequest) -> HttpResponse:
    name = request.GET.get("event", "")[:200].replace("\0", "")
    rows = selectors.list_violations(
        event=name, before=_position(request.GET.get("before", "")), limit=VIOLATIONS_PAGE + 1
    )
    last = rows[VIOLATIONS_PAGE - 1] if len(rows) > VIOLATIONS_PAGE else None
    context = {
        "rows": [(row, KINDS[row.kind][0], ACTION_NAMES[row.action]) for row in rows[:VIOLATIONS_PAGE]],
        "event": name, "more": f"{last.last_at.isoformat()}|{last.id}" if last else "",
    }  # fmt: skip
    return render(request, "profiles/schema/violations.html", context)


@require_http_methods(["GET", "POST"])
@require("view")
def actions(request: HttpRequest) -> HttpResponseBase:
    asked = request.GET.get("source", "")
    sources = selectors.list_source_names()
    source_id = read_number(asked, most_digits=8)
    if source_id is not None and source_id not in dict(sources):
        raise NotFound("There is no such source.")
    if request.method == "POST":
        if not may(request.user, "publish"):
            return refuse(request, "publish")
        chosen = read_actions(request.POST, KINDS)
        set_actions(chosen, source_id=source_id, actor=actor_of(request.user), now=timezone.now())
        messages.success(request, "Saved. It counts for what arrives from now on.")
        return redirect(request.get_full_path())
    now_chosen = selectors.list_actions(source_id)
    context = {
        "source_id": source_id, "sources": sources,
        "rows": [
            _Choice(kind, text, now_chosen[kind],
                    [(each, ACTION_NAMES[each]) for each in _possible(source_id, possible)])
            for kind, (text, possible) in KINDS.items()
        ],
    }  # fmt: skip
    return render(request, "profiles/schema/actions.html", context)


@dataclass(frozen=True, slots=True)
class _Choice:
    """What may be done about one kind of violation."""

    kind: str
    text: str
    chosen: str
    options: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One row of the table of properties; an empty name is a row for a new property."""

    number: int
    row: PropertyRow | None
    types: str
    type: str
    examples: list[str]

    @property
    def values(self) -> str:
        return ", ".join(self.row.values) if self.row else ""


def _event_context(event_id: int, request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    is_masked = not may(request.user, "view_personal_data")
    examples = selectors.list_examples(event_id, is_masked=is_masked)
    rows: list[PropertyRow | None] = [*selectors.list_properties(event_id)]
    can_plan = may(request.user, "publish")
    lines = [
        _Line(
            number=number, row=row, types=_types(row), type=suggested_type(row) if row else "any",
            examples=examples.get(row.name, []) if row else [],
        )
        for number, row in enumerate([*rows, *([None] * NEW_ROWS if can_plan else [])])
    ]  # fmt: skip
    days = selectors.list_days(event_id, now=now)
    chart = BarChart(
        title="How often it happened, by day", labels=[f"{each.day:%-d %b}" for each in days],
        series=[Series(label="Events", values=[each.seen for each in days])], short=True,
    )  # fmt: skip
    return {
        "lines": lines, "types": list(TYPES.items()), "senders": selectors.list_senders(event_id),
        "chart": bar_chart(chart), "is_masked": is_masked, "can_plan": can_plan,
    }  # fmt: skip


def _types(row: PropertyRow | None) -> str:
    if row is None or not row.seen:
        return ""
    if len(row.types) == 1:
        return row.types[0][0]
    return ", ".join(f"{name} {100 * times / row.seen:.0f}%" for name, times in row.types)


def _possible(source_id: int | None, possible: tuple[str, ...]) -> tuple[str, ...]:
    return possible if source_id is None else ("", *possible)


def _traits_id() -> int | None:
    try:
        return selectors.find_event_id(IDENTIFY)
    except NotFound:
        return None


def _position(text: str) -> tuple[datetime, int] | None:
    at, _, digits = text.partition("|")
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return None
    number = read_number(digits)
    return None if found.tzinfo is None or number is None else (found, number)
