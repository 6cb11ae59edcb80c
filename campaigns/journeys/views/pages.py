"""Pages of staff about journeys that run: the list, the results, one person's run."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from campaigns.journeys import selectors, trials
from campaigns.journeys.models import JourneyVersion
from campaigns.journeys.results import count_messages, list_refused
from campaigns.journeys.rules.reasons import REFUSED, say_reason
from campaigns.journeys.rules.words import find_kind
from campaigns.journeys.selectors import NodeRow, get_journey
from campaigns.journeys.services import moving
from campaigns.journeys.views.canvas import canvas_of, paths_of
from kernel.access.permissions import may, require
from kernel.http.numbers import read_number
from profiles import facade as profiles
from profiles.contracts import CustomerId

_TONES = {"draft": "info", "live": "ok", "paused": "warn", "ended": ""}
_ENDINGS = {"finished": "Finished", "removed": "Removed", "held_out": "Held out"}
_PAGE = 50
_END_OF_TIME = datetime(9000, 1, 1, tzinfo=UTC)
_REFUSED_LABELS = {
    "been_here": "Been here before", "inside": "Inside already", "max_entries": "Too many entries",
    "too_soon": "Too soon", "too_many": "Too many at once", "no_key": "No key", "too_old": "Too old",
    "going_round": "Going round",
}  # fmt: skip
_ENDS = {"finished": "ok", "active": "info", "removed": "warn", "held_out": ""}


@require_GET
@require("view")
def journeys(request: HttpRequest) -> HttpResponse:
    tag = request.GET.get("tag", "")
    rows = [(row, _TONES[row.status]) for row in selectors.list_journeys(tag=tag)]
    context = {"journeys": rows, "tags": selectors.list_tags(), "tag": tag}
    return render(request, "campaigns/journeys/list.html", context)


@require_GET
@require("view")
def journey(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the live version on the canvas, with its numbers and the people at the chosen step."""
    found = get_journey(key)
    version = found.live_version
    context: dict[str, Any] = {
        "journey": found,
        "version": version,
        "tone": _TONES[found.status],
        "may_edit": may(request.user, "edit"),
        "may_publish": may(request.user, "publish"),
    }
    if version is not None:
        nodes = selectors.count_nodes(version.pk)
        messages = _messages(version)
        figures = {node.name: _figures(node, messages.get(node.node, {})) for node in nodes}
        chosen = request.GET.get("node", "")
        row = next((node for node in nodes if node.name == chosen), None)
        canvas = canvas_of(
            version.definition, selectors.find_known(), chosen=chosen, figures=figures,
            reactions={node.name: _reactions(messages.get(node.node, {})) for node in nodes},
        )  # fmt: skip
        context |= {
            "canvas": canvas,
            "paths": paths_of(canvas, trials.count_flows(version.pk)),
            "chosen": chosen,
            "refused": selectors.count_refused(version.pk),
            "row": row,
            "verbs": moving.list_verbs(moving.find_place(found, row.name)) if row else (),
            "people": _people(request, version, row) if row else (),
        }
    return render(request, "campaigns/journeys/detail.html", context)


@require_GET
@require("view")
def left(request: HttpRequest, key: UUID) -> HttpResponse:
    """List whose way ended, how and when."""
    found = get_journey(key)
    state = request.GET.get("state", "")
    state = state if state in _ENDINGS else ""
    before = request.GET.get("before", "")
    rows = selectors.list_left(
        found.pk, state=state, limit=_PAGE + 1,
        before=read_number(before) or 0,
    )  # fmt: skip
    shown = rows[:_PAGE]
    names = names_of(request, [row.customer_id for row in shown])
    titles = {v.number: selectors.title_nodes(v) for v in found.versions.all()} if shown else {}
    context = {
        "journey": found,
        "people": [
            {
                "row": row, "name": names[row.customer_id], "tone": _ENDS[row.state],
                "state": _ENDINGS[row.state], "how": _say_end(row),
                "node": titles[row.version].get(row.node or "", row.node),
            }
            for row in shown
        ],
        "more": shown[-1].id if len(rows) > _PAGE else None,
        "is_first": not before,
        "state": state,
        "states": [
            ("All", request.path, not state, ""),
            *((label, f"?state={name}", name == state, "") for name, label in _ENDINGS.items()),
        ],
    }  # fmt: skip
    return render(request, "campaigns/journeys/left.html", context)


@require_GET
@require("view")
def refused(request: HttpRequest, key: UUID) -> HttpResponse:
    """List whom the live version did not let in, and why."""
    found = get_journey(key)
    reason = request.GET.get("reason", "")
    reason = reason if reason in REFUSED else ""
    rows = (
        list_refused(
            found.live_version_id, reason=reason, limit=_PAGE + 1,
            before=_read_place(request.GET.get("before", "")),
        )
        if found.live_version_id
        else []
    )  # fmt: skip
    shown = rows[:_PAGE]
    people = profiles.get_customers(CustomerId(row.customer_id) for row in shown)
    names = names_of(request, [row.customer_id for row in shown])
    context = {
        "journey": found,
        "rows": [
            (
                row,
                names[row.customer_id],
                people.get(CustomerId(row.customer_id)),
                REFUSED[row.reason],
            )
            for row in shown
        ],
        "more": f"{shown[-1].last_at.isoformat()},{shown[-1].customer_id}"
        if len(rows) > _PAGE
        else None,
        "is_first": not request.GET.get("before"),
        "reasons": [
            ("All", request.path, not reason, ""),
            *((_REFUSED_LABELS[name], f"?reason={name}", name == reason, "") for name in REFUSED),
        ],
    }
    return render(request, "campaigns/journeys/refused.html", context)


def _read_place(text: str) -> tuple[datetime, int]:
    """Return the place after which a page begins; anything else is the beginning."""
    at, _, digits = text.partition(",")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return _END_OF_TIME, 0
    number = read_number(digits)
    return (_END_OF_TIME, 0) if instant.tzinfo is None or number is None else (instant, number)


@require_GET
@require("view")
def run(request: HttpRequest, key: UUID, enrollment: int) -> HttpResponse:
    """Show one person's run: every step with its reason."""
    found = get_journey(key)
    one = selectors.get_enrollment(enrollment, journey_id=found.pk)
    titles = selectors.title_nodes(one.version)
    steps = [
        {
            "icon": kind.icon if (kind := find_kind(step.type)) else "puzzle",
            "title": say_reason(step.reason),
            "note": _passed(step, titles),
            "at": step.at,
        }
        for step in selectors.list_run(one.pk)
        if step.step_no == 0
        or step.reason != "entered"  # coming in is a step, going on from there too
    ]
    context = {
        "journey": found,
        "enrollment": one,
        "tone": _ENDS[one.state],
        "name": names_of(request, [one.customer_id])[one.customer_id],
        "steps": steps,
    }
    return render(request, "campaigns/journeys/run.html", context)


def _say_end(row: selectors.Left) -> str:
    """Say how a way ended: by an exit, or why else."""
    if row.state == "finished" and row.reason != "goal_reached":
        return "Came to the end"
    return say_reason(row.reason) if row.reason else ""


def _passed(step: selectors.RunStep, titles: Mapping[str, str]) -> str:
    """Say at which step and on to which; one of another version goes by its id."""
    at = f"At “{titles.get(step.node, step.node)}”"
    following = step.next_node and titles.get(step.next_node, step.next_node)
    return at + (f", on to “{following}”" if following else "")


def _messages(version: JourneyVersion) -> dict[int, dict[str, int]]:
    """Return what became of the messages of each step."""
    found: dict[int, dict[str, int]] = {}
    for row in count_messages(version.pk):
        found.setdefault(row.node, {})[row.kind] = row.messages
    return found


def _figures(node: NodeRow, messages: dict[str, int]) -> str:
    if node.type == "exit":
        return f"{node.arrived:,} ended here"
    here = f"{node.inside:,} here · " if node.inside else ""
    if node.type == "send":
        return f"{here}{messages.get('sent', 0):,} sent"
    return f"{here}{node.arrived - node.inside:,} went on"


def _reactions(messages: dict[str, int]) -> str:
    told = [f"{messages[kind]:,} {kind}" for kind in ("opened", "clicked") if kind in messages]
    if messages.get("held_back"):
        told.append(f"{messages['held_back']:,} held back")
    return " · ".join(told)


def _people(
    request: HttpRequest, version: JourneyVersion, row: NodeRow
) -> list[tuple[selectors.PersonAt, str]]:
    people = selectors.list_people_at(version, row.node)
    names = names_of(request, [person.customer_id for person in people])
    return [(person, names[person.customer_id]) for person in people]


def names_of(request: HttpRequest, ids: list[int]) -> dict[int, str]:
    """Return what people are called: by name only for those who may see personal data."""
    known = profiles.get_customers(CustomerId(customer_id) for customer_id in ids)
    shows = may(request.user, "view_personal_data")
    return {
        customer_id: "Erased person"
        if (person := known.get(CustomerId(customer_id))) is None
        else (shows and person.display_name) or str(person.key)
        for customer_id in ids
    }
