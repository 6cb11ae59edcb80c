"""Where providers report. Each sender has an address of its own; its provider checks the signature."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from campaigns.contracts import ProviderRequest
from campaigns.deliveries.services.reports import take_report
from kernel.errors import DomainError, Forbidden, NotFound

_STATUS: dict[type[DomainError], int] = {Forbidden: 403, NotFound: 404}


@csrf_exempt
@require_POST
def report(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take in one report; what was taken in before adds nothing."""
    asked = ProviderRequest(
        body=request.body,
        headers={name.lower(): value for name, value in request.headers.items()},
        # What the provider was told, whatever a proxy in between says.
        url=f"{settings.PUBLIC_URL}{request.get_full_path()}",
        query={name: request.GET[name] for name in request.GET},
    )
    try:
        content_type, body = take_report(key, asked, now=timezone.now())
    except DomainError as error:
        status = _STATUS.get(type(error), 400)
        return JsonResponse({"code": error.code, "detail": error.message}, status=status)
    return HttpResponse(body, content_type=content_type)
