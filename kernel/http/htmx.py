"""Whether a request wants a whole page or only the part of it that htmx swaps."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails

_ASKED = "asked_for_partial"


def wants_partial(request: HttpRequest) -> bool:
    """Say whether to answer with the page's partial only.

    No for links that htmx boosts and when it restores history: both need the whole page. The
    answer then varies by `HX-Request`, which `VaryOnHtmx` adds, so that no cache confuses the two.
    """
    setattr(request, _ASKED, True)
    htmx = HtmxDetails(request)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


class VaryOnHtmx:
    """Marks every answer for which a view asked `wants_partial`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request and add the header where it is due."""
        response = self.get_response(request)
        if getattr(request, _ASKED, False):
            patch_vary_headers(response, ["HX-Request"])
        return response
