"""Which pages the browser tests visit: all of the URL conf, so that nobody has to remember one."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import (
    IntConverter,
    PathConverter,
    SlugConverter,
    StringConverter,
    UUIDConverter,
)

NO_PAGES = {
    "healthz", "readyz", "metrics", "account_logout",
    # A message inside a sandbox of its own: no script of the gate may run there.
    "campaigns:preview", "campaigns:message-content", "campaigns:template-draft-preview", "mailbox:body",
    "campaigns:brand-sample", "campaigns:shared-block-preview",
    "campaigns_public:view", "campaigns_public:trap", "profiles:export_file", "profiles:export_download",
    # The admin's pages of one model stand for those of all: they share their templates.
    "admin:login", "admin:logout", "admin:jsi18n", "admin:autocomplete", "admin:view_on_site",
}  # fmt: skip
"""Routes that show no page of ours, or end the session of the test."""

ADMIN_MODEL = "admin:django_celery_beat_periodictask_"
ALL_MODELS = "admin:"


STAND_INS = {
    IntConverter: 1,
    SlugConverter: "none",
    StringConverter: "none",
    PathConverter: "none",
    UUIDConverter: UUID(int=1),
}
"""An argument of each kind that belongs to nothing: enough to learn that a route only takes POST."""


@dataclass(frozen=True)
class Route:
    """A named address; `stand_ins` are arguments of the right kind, or nothing if one is unknown."""

    name: str
    has_arguments: bool
    stand_ins: dict[str, object] | None = None


def list_routes():
    """Return every named route that may show a page."""
    found = {route.name: route for route in _walk(get_resolver().url_patterns, ())}
    return [route for name, route in sorted(found.items()) if _may_be_page(name)]


def _walk(patterns, namespaces):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from _walk(pattern.url_patterns, space)
        elif isinstance(pattern, URLPattern) and pattern.name:
            name = ":".join([*namespaces, pattern.name])
            yield Route(name, pattern.pattern.regex.groups > 0, _stand_ins(pattern.pattern))


def _stand_ins(pattern):
    kinds = {name: type(converter) for name, converter in pattern.converters.items()}
    if len(kinds) < pattern.regex.groups or not set(kinds.values()) <= set(STAND_INS):
        return None
    return {name: STAND_INS[kind] for name, kind in kinds.items()}


def _may_be_page(name):
    if name in NO_PAGES or (name.startswith(("api", "client_")) and name != "api:docs"):
        return False
    if name.startswith(ALL_MODELS):
        return name.startswith(ADMIN_MODEL) or name.count("_") == 0 or name == "admin:app_list"
    return True
