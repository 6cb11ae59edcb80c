"""Every page: accessible, silent, inside its policy and its width; light and dark, three widths."""

from enum import Enum, auto
from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser.examples import EXAMPLES
from tests.browser.pages import list_routes

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.timeout(240)]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
COLOR_RULES = ["color-contrast", "link-in-text-block"]
WIDTHS = (1440, 1024, 390)
THEMES = ("light", "dark")
WATCH = """
  window.reports = [];
  addEventListener("securitypolicyviolation", (event) =>
    window.reports.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
ROUTES = list_routes()


class Kind(Enum):
    """What an address answers to one visitor."""

    PAGE = auto()
    NO_PAGE = auto()
    LEADS_AWAY = auto()
    REFUSED = auto()


class Watched:
    """A browser page that remembers what it was told on its console."""

    def __init__(self, page):
        self.page = page
        self.messages = []
        page.on("console", lambda message: self._hear(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.add_init_script(WATCH)

    def _hear(self, text):
        # The script of this test itself, in the sandbox of a previewed message.
        if not text.startswith("Blocked script execution"):
            self.messages.append(text)

    def open(self, address):
        self.messages.clear()
        return self.page.goto(address, wait_until="load")


@pytest.fixture(scope="module")
def watched_pages(visitors):
    return {name: Watched(page) for name, page in visitors.items()}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_page_passes_the_gate(route, site, watched_pages):
    if route.has_arguments and route.name not in EXAMPLES:
        _require_post_only(route, site, watched_pages["owner"])
        return
    address = site.address(route.name)
    answers = {}
    for name, watched in watched_pages.items():
        answers[name] = _ask(watched, address)
        if answers[name] is Kind.NO_PAGE:
            return
        if answers[name] is Kind.PAGE:
            watched.open(address)
            _report(address, list_problems(watched))
            return
    leads_on = any(kind is Kind.LEADS_AWAY for kind in answers.values())
    assert leads_on, f"{address} shows a page to nobody: {answers}"


def test_the_address_book_of_examples_names_only_routes_that_exist():
    assert set(EXAMPLES) <= {route.name for route in ROUTES}


def list_problems(watched):
    """Return everything that is wrong with the page that is open, in words."""
    page = watched.page
    page.evaluate(AXE)
    problems = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            problems += [f"{theme} {width}: {text}" for text in _look(page, theme)]
    problems += [f"console: {text}" for text in watched.messages]
    problems += [f"policy: {text}" for text in page.evaluate("window.reports")]
    return problems


def _look(page, theme):
    # Only colors differ between the themes, so the dark one is asked about colors alone.
    run = (
        {"type": "tag", "values": TAGS}
        if theme == "light"
        else {"type": "rule", "values": COLOR_RULES}
    )
    # Without preload axe does not read the style sheets anew, which the policy would forbid.
    options = {"runOnly": run, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    problems = [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:240]}"
        for rule in found
        for node in rule["nodes"]
    ]
    wide, shown = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    if wide != shown:
        problems.append(f"scrolls sideways: {wide} instead of {shown}")
    return problems


def _ask(watched, address):
    """Ask without showing: a browser page cannot open answers that have no body or are files."""
    answer = watched.page.context.request.get(address, max_redirects=0)
    assert answer.status < 500, f"{address} answers {answer.status}"
    if answer.status in {301, 302}:
        return Kind.LEADS_AWAY
    if answer.status == 405 or "text/html" not in answer.headers.get("content-type", ""):
        return Kind.NO_PAGE
    return Kind.PAGE if answer.status == 200 else Kind.REFUSED


def _require_post_only(route, site, watched):
    if route.stand_ins:
        answer = watched.page.context.request.get(site.address(route.name, **route.stand_ins))
        if answer.status == 405:
            return
    pytest.fail(f"{route.name} needs an example in tests/browser/examples_*.py.", pytrace=False)


def _report(address, problems):
    if problems:
        lines = [f"{address} has {len(problems)} problems:", *problems]
        pytest.fail("\n".join(lines), pytrace=False)
