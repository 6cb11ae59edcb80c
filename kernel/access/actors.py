"""Who did something, as one word for logs, audit entries and counters."""

from typing import Any

from kernel.access.api_keys import ApiClient


def actor_of(principal: Any) -> str:
    """Return `user:12` for a person, `key:1a2b3c4d` for a program, `anonymous` for nobody."""
    if isinstance(principal, ApiClient):
        return principal.pk
    return f"user:{principal.pk}" if principal.is_authenticated else "anonymous"
