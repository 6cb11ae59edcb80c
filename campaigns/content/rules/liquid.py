"""Liquid as templates may use it: sandboxed, limited, escaped, strict about missing values."""

import functools
import json
from collections.abc import Callable
from typing import Any, NoReturn

from liquid import Environment
from liquid.undefined import Undefined

from campaigns.content.rules.asking_tags import CatalogTag, SegmentTag
from campaigns.content.rules.quick import QuickLiteral, QuickOutputTag, QuickTemplate
from campaigns.content.rules.scoped import ScopedTag

# Filters for which a missing value is an answer, not a hole in the sentence.
_LENIENT_FILTERS = frozenset({"default", "size"})


class MissingValue(Exception):
    """A value the message needs is absent and has no default; `path` is how the template names it."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class HeldBackByTemplate(Exception):
    """The template itself decided not to speak, with a reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Missing(Undefined):
    """An absent value: may be tested, looped over and given a default, but never printed."""

    force_liquid_default = True

    def __str__(self) -> str:
        return self.refuse()

    def __int__(self) -> int:
        return self.refuse()

    def refuse(self) -> NoReturn:
        """Raise `MissingValue` with the path as it stands in the template."""
        raise MissingValue((self.hint or self.name).removesuffix(" is undefined").strip("'"))


class SafeEnvironment(Environment):
    """Liquid with limits that stop a runaway template in milliseconds."""

    loop_iteration_limit = 10_000
    local_namespace_limit = 200_000
    output_stream_limit = 500_000
    template_class = QuickTemplate


def make_environment(*, escapes: bool) -> SafeEnvironment:
    """Return an environment; `escapes` for HTML, not for subjects and plain text."""
    environment = SafeEnvironment(undefined=Missing, autoescape=escapes)
    for name, apply in list(environment.filters.items()):
        if name not in _LENIENT_FILTERS:
            environment.filters[name] = _strict(apply)
    # Shared blocks are in place before Liquid reads the words: nothing is loaded while it renders.
    for tag in ("include", "render", "extends"):
        environment.tags.pop(tag, None)
    for added in (ScopedTag, SegmentTag, CatalogTag, QuickLiteral, QuickOutputTag):
        environment.add_tag(added)
    environment.filters["hold_back"] = _hold_back
    environment.filters["json"] = _strict(_as_json)
    return environment


def _strict(apply: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(apply)
    def filter_value(left: Any, *args: Any, **kwargs: Any) -> Any:
        # Not `isinstance`: an abstract class is slow to ask, and this runs for every filter.
        if type(left) is Missing:
            left.refuse()
        return apply(left, *args, **kwargs)

    return filter_value


def _as_json(value: Any) -> str:
    """Write a value as JSON: how a value stands in the body of a webhook."""
    return json.dumps(value, default=str, ensure_ascii=False)


def _hold_back(reason: Any) -> NoReturn:
    raise HeldBackByTemplate(str(reason))
