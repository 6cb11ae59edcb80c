"""The calls other apps may make: contracts in, contracts out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from kernel.errors import Invalid
from referrals.programs import services
from referrals.programs.rules import Terms


def publish_program(name: str, *, terms: Mapping[str, Any], actor: str, now: datetime) -> UUID:
    """Create a referral program, make it live under these terms, and return its key.

    Raises:
        Conflict: the name is taken.
        Invalid: the terms have a fault; `field` is its path.
    """
    try:
        parsed = Terms.model_validate(terms)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(["terms", *map(str, first["loc"])])
        raise Invalid(path, f"{path}: {first['msg'].removeprefix('Value error, ')}.") from None
    program = services.create_program(name, actor=actor, now=now)
    services.publish_terms(program.pk, parsed, actor=actor, now=now)
    return program.key
