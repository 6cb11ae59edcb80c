"""Pages of staff about journeys."""

import json
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from campaigns.journeys import selectors
from kernel.access.permissions import may, require
from kernel.errors import NotFound

_TONES = {"draft": "info", "live": "ok", "paused": "", "ended": ""}


@require_GET
@require("view")
def journeys(request: HttpRequest) -> HttpResponse:
    rows = [(row, _TONES[row.status]) for row in selectors.list_journeys()]
    return render(request, "campaigns/journeys/list.html", {"journeys": rows})


@require_GET
@require("view")
def journey(request: HttpRequest, key: UUID) -> HttpResponse:
    try:
        found = selectors.get_journey(key)
    except NotFound as error:
        raise Http404(error.message) from None
    version = found.live_version
    nodes = selectors.count_nodes(version.pk) if version else []
    names = {node.node: node.name for node in nodes}
    context = {
        "journey": found,
        "version": version,
        "tone": _TONES[found.status],
        "nodes": [
            (node, [(o, names[n]) for o, n in zip(node.outlets, node.next, strict=True)])
            for node in nodes
        ],
        "may_edit": may(request.user, "edit"),
        "definition": json.dumps(version.definition, indent=2) if version else "",
    }
    return render(request, "campaigns/journeys/detail.html", context)
