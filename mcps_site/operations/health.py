"""For supervisors and load balancers: is the process alive, is everything ready."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kernel.operations.parts import check_parts


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer while the process lives, whatever else does not."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part works, and 503 that names those which do not."""
    parts = check_parts(now=timezone.now())
    is_ready = all(part.is_ok for part in parts)
    body = {
        "status": "ready" if is_ready else "not ready",
        "failing": [part.name for part in parts if not part.is_ok],
        "parts": {part.name: {"ok": part.is_ok, "detail": part.detail} for part in parts},
    }
    return JsonResponse(body, status=200 if is_ready else 503)
