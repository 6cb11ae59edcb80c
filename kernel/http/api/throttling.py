"""The API's rate limit, counted for each key and each person."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from kernel.access.actors import actor_of
from kernel.http.rate import Rate, take


class CallerThrottle(BaseThrottle):
    """Refuses a caller who asks too often; the answer is 429 with `Retry-After`."""

    _wait: timedelta | None = None

    def allow_request(self, request: Request, view: object) -> bool:
        """Count the request, and say whether it may go on."""
        rate = Rate(per_second=settings.API_REQUESTS_PER_SECOND, burst=settings.API_BURST)
        self._wait = take(f"api:{actor_of(request.user)}", rate=rate, now=timezone.now())
        return self._wait is None

    def wait(self) -> float | None:
        """Return the seconds until the next request is allowed."""
        return None if self._wait is None else self._wait.total_seconds()
