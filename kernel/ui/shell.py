"""What every page of staff needs: navigation, theme, badges. Read lazily by `base.html`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.http import HttpRequest

from kernel.registry import Registry
from kernel.ui import navigation

THEMES: Final = ("system", "light", "dark")
THEME_COOKIE: Final = "theme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A short word in the top bar about the whole installation, such as “Demo data”."""

    label: str
    tone: str = "warn"
    title: str = ""


BADGES: Final[Registry[Callable[[], Badge | None]]] = Registry("badge")


def register_badge(name: str, source: Callable[[], Badge | None]) -> None:
    """Add a source of a badge. It is asked on every page, so it must be cheap."""
    BADGES.register(name, source)


class Shell:
    """The frame around one page. Nothing is read before a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def sections(self) -> list[navigation.NavSection]:
        """The side bar."""
        return navigation.list_sections(self._request.user, path=self._request.path)

    @cached_property
    def theme(self) -> str:
        """The chosen theme: of the account, or of the browser before log-in."""
        kept = getattr(self._request.user, "theme", None) or self._request.COOKIES.get(THEME_COOKIE)
        return kept if kept in THEMES else THEMES[0]

    @cached_property
    def badges(self) -> list[Badge]:
        """The badges of the top bar."""
        return [badge for _, source in BADGES.items() if (badge := source())]

    @cached_property
    def name(self) -> str:
        """The person's name, or the address when no name is known."""
        user = self._request.user
        return user.get_full_name() or str(user) if user.is_authenticated else ""

    @cached_property
    def initials(self) -> str:
        """Two letters for the account button."""
        words = self.name.partition("@")[0].replace(".", " ").replace("-", " ").split()
        return "".join(word[0] for word in words[:2]).upper() or "?"


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Offer the frame to every template as `shell`."""
    return {"shell": Shell(request)}
