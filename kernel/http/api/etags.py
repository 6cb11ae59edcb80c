"""ETags: an unchanged thing is not sent again, and nobody overwrites a change they did not see."""

import hashlib
import json
from typing import Any

from django.utils.http import parse_etags, quote_etag
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response


class Changed(APIException):
    """The thing has changed since the caller read it."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "changed"
    default_detail = (
        "Somebody changed this since you read it. Read it again, then repeat your change with "
        "its new ETag in If-Match."
    )


def etag_of(*parts: Any) -> str:
    """Return the ETag of values that change whenever the thing does, such as id and version."""
    packed = json.dumps(parts, default=str, sort_keys=True).encode()
    return quote_etag(hashlib.blake2b(packed, digest_size=12).hexdigest())


def answer_with_etag(request: Request, body: Any, *, etag: str) -> Response:
    """Answer with the body, or with 304 when the caller has this version already."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    headers = {"ETag": etag}
    if etag in known or "*" in known:
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(body, headers=headers)


def require_match(request: Request, *, etag: str) -> None:
    """Refuse a change made against another version. A request without If-Match passes.

    Raises:
        Changed: If-Match names other versions only; answered with 412.
    """
    wanted = parse_etags(request.headers.get("If-Match", ""))
    if wanted and etag not in wanted and "*" not in wanted:
        raise Changed
