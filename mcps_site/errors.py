"""What a visitor sees when something is not there, not allowed or broken; JSON below `/api/`."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unavailable
from kernel.http.api.errors import answer_crash

_TITLES: Final[list[tuple[type[DomainError], int, str]]] = [
    (NotFound, 404, "There is nothing here"),
    (Forbidden, 403, "Not allowed"),
    (Conflict, 409, "This cannot be done now"),
    (Invalid, 422, "This input cannot be used"),
    (Unavailable, 503, "Try again in a moment"),
]


class DomainErrorPages:
    """Answers a domain error that a page did not catch with its message, not with a crash."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Show the page of a domain error; every other exception stays what it is."""
        if not isinstance(error, DomainError):
            return None
        status, title = next(
            ((number, words) for kind, number, words in _TITLES if isinstance(error, kind)),
            (400, "This cannot be done"),
        )
        return show_error(request, title=title, text=error.message, status=status)


def show_error(request: HttpRequest, *, title: str, text: str, status: int) -> HttpResponse:
    """Show one sentence of what happened and one of what to do."""
    return render(request, "error.html", {"title": title, "text": text}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer an address that no route knows, or a thing that is gone."""
    text = "The address is wrong, or what was here is gone. Start again from the beginning."
    return show_error(request, title="There is nothing here", text=text, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself refuses."""
    text = str(exception) or "Your role does not allow this. Ask an admin under Settings → Staff."
    return show_error(request, title="Not allowed", text=text, status=403)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer a form without the token that proves it came from our page."""
    text = "The form came from an old page or another site. Open the page again and repeat it."
    return show_error(request, title="This form has expired", text=text, status=403)


def crashed(request: HttpRequest) -> HttpResponse | JsonResponse:
    """Answer a request that failed by our fault; this page needs no database."""
    if request.path.startswith("/api/"):
        return answer_crash()
    return HttpResponse(_CRASH_PAGE, status=500)


_CRASH_PAGE: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>This failed on our side</title></head>
<body><main><h1>This failed on our side</h1>
<p>Nothing you entered is at fault. The log names the cause under the request's id, which this
answer carries in the header X-Request-ID. <a href="/">Back to the start</a></p></main></body></html>
"""
