"""The one shape of API errors: `{"detail", "code", "errors": [{"path", "code", "message"}]}`."""

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypedDict

import pydantic
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unavailable


class FieldError(TypedDict):
    """What is wrong with one field; `path` joins names and positions with dots."""

    path: str
    code: str
    message: str


_STATUS_OF: Final[list[tuple[type[DomainError], int]]] = [
    (NotFound, status.HTTP_404_NOT_FOUND),
    (Conflict, status.HTTP_409_CONFLICT),
    (Forbidden, status.HTTP_403_FORBIDDEN),
    (Invalid, status.HTTP_422_UNPROCESSABLE_ENTITY),
    (Unavailable, status.HTTP_503_SERVICE_UNAVAILABLE),
]

# A part of ours that does not answer is usually back within seconds.
RETRY_AFTER_SECONDS: Final = 5

CHECK_FIELDS: Final = "Some fields are not right. Each is named under “errors”."


def error_body(detail: str, code: str, errors: Iterable[FieldError] = ()) -> dict[str, Any]:
    """Build the body of an error answer."""
    return {"detail": detail, "code": code, "errors": list(errors)}


def answer_exception(exc: Exception, _context: dict[str, Any]) -> Response | None:
    """Turn an exception of an API view into an answer; unknown ones become the 500 page.

    This is DRF's `EXCEPTION_HANDLER`.
    """
    answer = _answer(exc)
    if answer is not None:
        set_rollback()
    return answer


def _answer(exc: Exception) -> Response | None:
    match exc:
        case DomainError() | Http404() | PermissionDenied():
            return _domain(exc if isinstance(exc, DomainError) else _as_domain_error(exc))
        case pydantic.ValidationError():
            return _fields(_pydantic_errors(exc))
        case exceptions.ValidationError():
            return _fields(_drf_errors(exc.get_full_details(), ()))
        case exceptions.APIException():
            return _framework(exc)
        case _:
            return None


def _as_domain_error(exc: Http404 | PermissionDenied) -> DomainError:
    if isinstance(exc, Http404):
        return NotFound(str(exc) or "There is nothing at this address.")
    return Forbidden(str(exc) or "You may not do this.")


def _domain(exc: DomainError) -> Response:
    code = next((number for kind, number in _STATUS_OF if isinstance(exc, kind)), 400)
    errors: list[FieldError] = []
    if isinstance(exc, Invalid):
        errors = [{"path": path, "code": exc.code, "message": text} for path, text in exc.places]
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if isinstance(exc, Unavailable) else None
    return Response(error_body(exc.message, exc.code, errors), status=code, headers=headers)


def _framework(exc: exceptions.APIException) -> Response:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(exc, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    body = error_body(str(exc.detail), str(exc.get_codes()))
    return Response(body, status=exc.status_code, headers=headers)


def _fields(errors: Iterable[FieldError]) -> Response:
    listed = list(errors)
    detail = listed[0]["message"] if len(listed) == 1 else CHECK_FIELDS
    body = error_body(detail, Invalid.code, listed)
    return Response(body, status=status.HTTP_422_UNPROCESSABLE_ENTITY)


def _pydantic_errors(exc: pydantic.ValidationError) -> Iterator[FieldError]:
    for error in exc.errors(include_url=False, include_context=False, include_input=False):
        path = ".".join(str(part) for part in error["loc"])
        yield {"path": path, "code": error["type"], "message": error["msg"]}


def _drf_errors(found: Any, path: tuple[str, ...]) -> Iterator[FieldError]:
    if isinstance(found, dict) and set(found) == {"message", "code"}:
        yield {
            "path": ".".join(path), "code": str(found["code"]), "message": str(found["message"]),
        }  # fmt: skip
        return
    if isinstance(found, dict):
        for name, inner in found.items():
            step = () if name == "non_field_errors" else (str(name),)
            yield from _drf_errors(inner, path + step)
        return
    for position, inner in enumerate(found):
        is_leaf = isinstance(inner, dict) and set(inner) == {"message", "code"}
        yield from _drf_errors(inner, path if is_leaf else (*path, str(position)))


@csrf_exempt
def answer_unknown_address(request: HttpRequest, path: str) -> JsonResponse:
    """Answer any address below the API's root that no route knows."""
    slash = "" if path.endswith("/") else " Addresses end with a slash."
    detail = f"There is nothing at {request.path}.{slash} See /api/v1/docs/ for what there is."
    return JsonResponse(error_body(detail, NotFound.code), status=404)


def answer_crash() -> JsonResponse:
    """Answer a request that failed by our fault."""
    detail = "This failed on our side. The log names the cause under the request's id."
    return JsonResponse(error_body(detail, "internal_error"), status=500)
