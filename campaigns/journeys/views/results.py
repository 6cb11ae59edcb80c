"""What came of a version: conversions by step, by way of a split and against the holdout; messages."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns.journeys import results as queries
from campaigns.journeys import selectors
from campaigns.journeys.models import JourneyVersion
from campaigns.journeys.results import ConversionCount
from campaigns.journeys.rules.conversions import compare_arms, say_difference, say_share
from campaigns.journeys.rules.definition import Goal
from campaigns.journeys.selectors import get_journey
from kernel.access.permissions import require
from kernel.stats.proportions import Counts

_EMPTY = Counts(converted=0, exposed=0)


@require_GET
@require("view")
def results(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show a version's conversions with their intervals, the live one first."""
    journey = get_journey(key)
    versions = list(journey.versions.order_by("-number")[:10])
    asked = request.GET.get("version", "")
    version = next((one for one in versions if str(one.number) == asked), journey.live_version)
    context: dict[str, Any] = {"journey": journey, "version": version}
    if version is not None:
        titles = selectors.title_nodes(version)
        names = list(version.nodes.order_by("node").values_list("name", "type"))
        context |= {
            "versions": [
                (f"Version {one.number}", f"?version={one.number}", one == version, "")
                for one in versions
            ],
            "sends": _messages(version, [(titles[name], type_) for name, type_ in names]),
            **_conversions(version, [titles[name] for name, _ in names]),
        }
    return render(request, "campaigns/journeys/results.html", context)


def _conversions(version: JourneyVersion, titles: list[str]) -> dict[str, Any]:
    raw = version.definition.get("goal")
    if not raw:
        return {"goal": None}
    goal = Goal.model_validate(raw)
    found = queries.count_conversions(version, goal, now=timezone.now())
    arms = {row.way: _counts(row) for row in found if row.kind == "arm"}
    treated, held_out = arms.get("treatment", _EMPTY), arms.get("holdout", _EMPTY)
    steps = sorted((row for row in found if row.kind == "step"), key=lambda row: row.node)
    ways: dict[int, list[ConversionCount]] = {}
    for row in sorted(found, key=lambda row: (row.node, row.way)):
        if row.kind == "way":
            ways.setdefault(row.node, []).append(row)
    return {
        "goal": goal,
        "open": sum(row.people for row in found if row.kind == "open"),
        "arms": [
            ("Went through it", treated, say_share(treated)),
            ("Held out, for comparison", held_out, say_share(held_out)),
        ],
        "lift": say_difference(compare_arms(control=held_out, variant=treated)),
        "steps": [(titles[row.node], row, say_share(_counts(row))) for row in steps],
        "splits": [(titles[node], _variants(rows)) for node, rows in ways.items()],
    }


def _variants(rows: list[ConversionCount]) -> list[tuple[ConversionCount, str, str]]:
    """Return each way of a split with its share, and its difference to the first one."""
    first = _counts(rows[0])
    return [
        (
            row, say_share(_counts(row)),
            "" if row is rows[0]
            else say_difference(compare_arms(control=first, variant=_counts(row))),
        )
        for row in rows
    ]  # fmt: skip


def _messages(
    version: JourneyVersion, nodes: list[tuple[str, str]]
) -> list[tuple[str, dict[str, int], str, str]]:
    """Return what became of the messages of each step, opens and clicks as shares of the sent."""
    tallies: dict[int, dict[str, int]] = {}
    for row in queries.count_messages(version.pk):
        tallies.setdefault(row.node, {})[row.kind] = row.messages
    shown = []
    for number, (title, type_) in enumerate(nodes):
        if type_ == "send":
            found = tallies.get(number, {})
            opened, clicked = (_reaction(found, kind) for kind in ("opened", "clicked"))
            shown.append((title, found, opened, clicked))
    return shown


def _reaction(found: dict[str, int], kind: str) -> str:
    sent = found.get("sent", 0)
    return say_share(Counts(converted=min(found.get(kind, 0), sent), exposed=sent))


def _counts(row: ConversionCount) -> Counts:
    return Counts(converted=row.converted, exposed=row.people)
