"""The body of a request as its serializer reads it."""

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer


def read_body(form: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the values of a body; raises DRF's `ValidationError`, which names each wrong field."""
    read = form(data=request.data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)
