"""Who did something, as one word for logs, audit entries and counters."""

from collections.abc import Iterable
from typing import Any

from kernel.access.api_keys import ApiClient
from kernel.access.models import ApiKey, User


def actor_of(principal: Any) -> str:
    """Return `user:12` for a person, `key:1a2b3c4d` for a program, `anonymous` for nobody."""
    if isinstance(principal, ApiClient):
        return principal.pk
    return f"user:{principal.pk}" if principal.is_authenticated else "anonymous"


def name_actors(actors: Iterable[str]) -> dict[str, str]:
    """Return what people call these actors: the address of a person, the name of a key.

    Two small statements, whatever the number. An actor that is gone keeps its word.
    """
    found = {actor: _plain(actor) for actor in actors}
    ids = [actor.removeprefix("user:") for actor in found if actor.startswith("user:")]
    for pk, email in User.objects.filter(pk__in=ids).values_list("pk", "email"):
        found[f"user:{pk}"] = email
    prefixes = [actor.removeprefix("key:") for actor in found if actor.startswith("key:")]
    for prefix, name in ApiKey.objects.filter(prefix__in=prefixes).values_list("prefix", "name"):
        found[f"key:{prefix}"] = f"{name} (key)"
    return found


def _plain(actor: str) -> str:
    kind, _, name = actor.partition(":")
    return f"{name} (command)" if kind == "command" else actor
