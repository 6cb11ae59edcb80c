"""What OpenAPI says about every operation: the way in, and the shape of errors."""

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

_ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["detail", "code", "errors"],
    "properties": {
        "detail": {"type": "string", "description": "What happened and what to do, for people."},
        "code": {"type": "string", "description": "What happened, for programs."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "code", "message"],
                "properties": {
                    "path": {"type": "string", "description": "The field, as in `items.0.name`."},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}

_ALWAYS: Final = {
    "401": "No API key, or one that is wrong, expired or revoked.",
    "403": "The key's role does not allow this.",
    "406": "The answer can only be JSON.",
    "429": "Too many requests; Retry-After says when to go on.",
}
_CLIENT: Final = {
    "401": "No user token, or one that is wrong, expired or revoked.",
    "403": "The token's scopes or the source's settings do not allow this.",
}
_WITH_BODY: Final = {
    "400": "The body is not readable JSON.",
    "409": "The thing's state does not allow this, or an Idempotency-Key was used twice.",
    "412": "The thing changed since the version named in If-Match.",
    "415": "The body must be JSON.",
}
_INVALID: Final = {"422": "Some fields are not right; each is named under `errors`."}
_MISSING: Final = {"404": "There is no such thing."}


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes API keys."""

    target_class = "kernel.access.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Describe the header."""
        return {
            "type": "http", "scheme": "bearer", "bearerFormat": "mcps_…",
            "description": "An API key, made under Settings → API keys.",
        }  # fmt: skip


class ClientTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the signed tokens of end users."""

    target_class = "kernel.client_api.base.ClientTokenAuthentication"
    name = "userToken"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Describe the header."""
        return {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "A token for one user, signed (HS256) by your server with a client key.",
        }  # fmt: skip


def describe_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the error answers to every operation. This is a hook of drf-spectacular."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Error"] = _ERROR
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            possible = {**_ALWAYS, **_INVALID}
            if path.startswith("/client/"):
                possible |= {**_CLIENT, **_MISSING}
            if "{" in path:
                possible |= _MISSING
            if method in {"post", "put", "patch", "delete"}:
                possible |= _WITH_BODY
            for status, text in possible.items():
                operation["responses"].setdefault(status, _response(text))
    return result


def _response(text: str) -> dict[str, Any]:
    reference = {"schema": {"$ref": "#/components/schemas/Error"}}
    return {"description": text, "content": {"application/json": reference}}
