"""Page: what became of one event, step by step."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kernel.access.permissions import may, require
from kernel.errors import NotFound
from profiles.directory.debugging import debug_event
from profiles.touchpoints.models import Touchpoint

_LARGEST = 2**63


@require_GET
@require("view")
def debug(request: HttpRequest, xid: int, touchpoint_id: int) -> HttpResponse:
    """Explain one event, from what its sender said to what it set off."""
    if xid >= _LARGEST or touchpoint_id >= _LARGEST:
        raise NotFound("There is no such event.")
    is_masked = not may(request.user, "view_personal_data")
    found = debug_event(xid, touchpoint_id, is_masked=is_masked)
    raw = {"properties": found.event.properties, "context": found.event.context}
    context = {
        "found": found, "event": found.event, "kind": Touchpoint.Type(found.event.type).label,
        "is_masked": is_masked,
        "raw": "" if is_masked else json.dumps(raw, indent=2, ensure_ascii=False),
    }  # fmt: skip
    return render(request, "profiles/directory/debug.html", context)
