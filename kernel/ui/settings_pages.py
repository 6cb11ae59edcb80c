"""The pages below Settings. A slice registers its page from its app's `ready()`."""

from dataclasses import dataclass

from kernel.registry import Registry
from kernel.ui.navigation import MayHavePermissions


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """One entry of the Settings page; `text` says what is set there, in one sentence."""

    label: str
    text: str
    url_name: str
    icon: str
    order: int
    permission: str = "administer"


_pages: Registry[SettingsPage] = Registry("settings page")


def register(page: SettingsPage) -> None:
    """Add a page; its address twice is a programming error."""
    _pages.register(page.url_name, page)


def list_pages(user: MayHavePermissions) -> list[SettingsPage]:
    """Return the pages that this person may open, in their order."""
    allowed = [page for _, page in _pages.items() if user.has_perm(f"kernel.{page.permission}")]
    return sorted(allowed, key=lambda page: (page.order, page.label))
