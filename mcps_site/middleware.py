"""One log line for each request: its route and its outcome, never its address or its visitor."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

log = structlog.get_logger(__name__)

# Asked every few seconds by machines; a line for each would bury the others.
SILENT_ROUTES = {"healthz", "readyz", "metrics"}


class RequestLog:
    """Binds a request id to every event of the request and logs the request's end.

    The route is logged instead of the path, because paths may hold tokens and keys.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        request_id = uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            self._log(request, response, ms=round((time.perf_counter() - started) * 1000))
        response.headers["X-Request-ID"] = request_id
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Log what a view did not expect; Django's own line would hold the address."""
        log.error("request.failed", route=_route(request), exc_info=error)

    def _log(self, request: HttpRequest, response: HttpResponseBase, *, ms: int) -> None:
        route = _route(request)
        if route in SILENT_ROUTES:
            return
        write = log.error if response.status_code >= 500 else log.info
        write(
            "request.finished",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=ms,
        )


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.route if match else "(none)"
