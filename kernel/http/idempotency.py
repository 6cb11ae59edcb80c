"""Idempotency keys: a request that is sent twice is done once and answered twice.

The key, the effect and the stored answer are one transaction. A request that arrives while the
first is still running waits for it. Failed requests leave nothing, so they can be repeated.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.actors import actor_of
from kernel.errors import Conflict, Invalid
from kernel.sql import SqlFile

SQL = SqlFile(__file__, "idempotency")

KEPT_FOR: Final = timedelta(hours=24)
MAX_KEY_LENGTH: Final = 200

Method = Callable[..., Response]

_PARAMETER = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER,
    description="Any unique text. The same request sent again within 24 hours is not done twice; "
    "it gets the first answer, with the header Idempotency-Replayed.",
)  # fmt: skip


def idempotent(method: Method) -> Method:
    """Let callers repeat this API method safely by sending an `Idempotency-Key` header.

    Raises:
        Conflict: the key was used for another request.
        Invalid: the key is too long.
    """

    @wraps(method)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return method(view, request, *args, **kwargs)
        if len(key) > MAX_KEY_LENGTH:
            raise Invalid("Idempotency-Key", f"The key may have up to {MAX_KEY_LENGTH} characters.")
        claim = {"caller": actor_of(request.user), "key": key, "fingerprint": _fingerprint(request)}
        with transaction.atomic():
            row_id = _claim(claim, now=timezone.now())
            if row_id is None:
                return _replay(claim)
            response = method(view, request, *args, **kwargs)
            _store(row_id, response)
        return response

    return extend_schema(parameters=[_PARAMETER])(once)


def purge_idempotency_keys(*, now: datetime) -> int:
    """Delete keys older than a day and return how many. A second call deletes nothing."""
    return SQL.count("purge_keys", {"expired_before": now - KEPT_FOR})


def _fingerprint(request: Request) -> str:
    packed = json.dumps([request.method, request.get_full_path(), request.data], sort_keys=True)
    return hashlib.sha256(packed.encode()).hexdigest()


def _claim(claim: dict[str, str], *, now: datetime) -> int | None:
    row_id: int | None = SQL.value(
        "claim_key", {**claim, "now": now, "expired_before": now - KEPT_FOR}
    )
    return row_id


def _store(row_id: int, response: Response) -> None:
    if response.status_code >= 400:
        transaction.set_rollback(True)
        return
    body = JSONRenderer().render(response.data).decode()
    SQL.run("store_answer", {"id": row_id, "status": response.status_code, "body": body})


def _replay(claim: dict[str, str]) -> Response:
    rows = SQL.run("find_answer", {"caller": claim["caller"], "key": claim["key"]})
    fingerprint, status, body = rows[0]
    if fingerprint != claim["fingerprint"]:
        raise Conflict(
            "This Idempotency-Key was used for another request. Send a new key.",
            code="idempotency_key_reused",
        )
    data = json.loads(body) if body else None
    return Response(data, status=status, headers={"Idempotency-Replayed": "true"})
