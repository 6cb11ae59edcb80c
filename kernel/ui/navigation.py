"""The entries of the side bar. An entry appears when its slice has registered it.

Slices register from their app's `ready()`. The order of the sections is fixed here; the order
inside a section is the entry's number.
"""

from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.urls import NoReverseMatch, reverse

from kernel.registry import Registry

SECTIONS: Final = ("Overview", "Audience", "Engage", "Refer", "Measure", "Workspace")
"""“Overview” is shown without a heading at the top, “Workspace” without a heading at the end."""


class MayHavePermissions(Protocol):
    """What navigation needs to know about a person."""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Say whether the person has the permission."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One page in the side bar.

    `permission` is a permission of `kernel.access` ("view", "edit", "publish", "administer").
    `icon` is a name of lucide. `keywords` are further words the command palette finds it by.
    """

    section: str
    label: str
    url_name: str
    icon: str
    order: int = 100
    permission: str = "view"
    keywords: str = ""

    @property
    def url(self) -> str:
        """The page's address."""
        return reverse(self.url_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class NavLink:
    """An entry as one page shows it. `current` is "page", "true" (a page below it) or ""."""

    label: str
    url: str
    icon: str
    current: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NavSection:
    """A group of entries; `heading` is empty for the first and the last group."""

    heading: str
    links: tuple[NavLink, ...]
    at_end: bool


ITEMS: Final[Registry[NavItem]] = Registry("navigation entry")


def register(item: NavItem) -> None:
    """Add an entry; the same address twice, or an unknown section, is a programming error."""
    if item.section not in SECTIONS:
        raise ValueError(f"Unknown section “{item.section}”. Known: {', '.join(SECTIONS)}.")
    ITEMS.register(item.url_name, item)


def list_items(user: MayHavePermissions) -> list[NavItem]:
    """Return the entries that this person may open, in the order of the side bar."""
    allowed = [item for _, item in ITEMS.items() if user.has_perm(f"kernel.{item.permission}")]
    return sorted(allowed, key=lambda item: (SECTIONS.index(item.section), item.order, item.label))


def list_sections(user: MayHavePermissions, *, path: str) -> list[NavSection]:
    """Return the side bar for a page at `path`, with the entry marked that it belongs to.

    The page itself is marked "page"; a page below it (a profile below Profiles) marks its entry
    "true". The longest matching address wins, so no two entries are marked.
    """
    items = list_items(user)
    urls = {item.url_name: _url_or_none(item) for item in items}
    under = [url for url in urls.values() if url and is_under(path, url)]
    current = max(under, key=len, default=None)
    sections = []
    for name in SECTIONS:
        links = tuple(
            NavLink(label=item.label, url=url, icon=item.icon, current=_mark(url, current, path))
            for item in items
            if item.section == name and (url := urls[item.url_name])
        )
        heading = "" if name in {SECTIONS[0], SECTIONS[-1]} else name
        if links:
            sections.append(NavSection(heading=heading, links=links, at_end=name == SECTIONS[-1]))
    return sections


def is_under(path: str, url: str) -> bool:
    """Say whether the page at `path` is the page at `url` or lies below it."""
    if path == url:
        return True
    return url != "/" and path.startswith(url if url.endswith("/") else f"{url}/")


def _mark(url: str, current: str | None, path: str) -> str:
    if url != current:
        return ""
    return "page" if path == url else "true"


def _url_or_none(item: NavItem) -> str | None:
    # An entry whose page is not routed stays away; `kernel.ui.checks` reports it.
    try:
        return item.url
    except NoReverseMatch:
        return None
