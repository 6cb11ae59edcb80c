"""One server, one log-in and one browser for all pages, because starting them is what costs."""

import os
from dataclasses import dataclass, field

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Error, sync_playwright

from kernel.access.models import User
from kernel.access.roles import Role
from kernel.access.staff import assign_role, sync_roles
from tests.browser.chromium import find_chromium, launch_arguments
from tests.browser.examples import EXAMPLES
from tests.people import PASSWORD

EMAIL = "owner@example.com"


@dataclass
class Site:
    """A running site with one admin, and the addresses of its pages with arguments."""

    url: str
    arguments: dict[str, dict[str, object]] = field(default_factory=dict)

    def address(self, name, **arguments):
        return self.url + reverse(name, kwargs=arguments or self.arguments.get(name) or {})


@pytest.fixture(scope="session")
def chromium():
    """Chromium, started once; without one the browser tests are skipped."""
    path = find_chromium()
    if path is None:
        pytest.skip("No Chromium found: install it, or name it by the variable CHROMIUM.")
    with sync_playwright() as playwright:
        # Playwright's loop lives in this thread, and Django would refuse the database here.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        browser = playwright.chromium.launch(**launch_arguments(path))
        yield browser
        browser.close()
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture(scope="module")
def site(chromium, django_db_setup, django_db_blocker):
    """The site with its examples; emptied after the module."""
    from pytest_django.live_server_helper import LiveServer

    with django_db_blocker.unblock():
        sync_roles()
        assign_role(User.objects.create_superuser(EMAIL, PASSWORD), Role.ADMIN)
        server = LiveServer("127.0.0.1", start=False)
        server._live_server_modified_settings.enable()
        server.start()
        try:
            site = Site(server.url)
            site.arguments = {name: make() for name, make in EXAMPLES.items()}
            yield site
        finally:
            server.stop()
            server._live_server_modified_settings.disable()
            call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(scope="module")
def staff_page(chromium, site):
    """A page on which the admin is logged in."""
    context = chromium.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(site.address("account_login"))
    page.fill("input[name=login]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login/" not in address)
    yield page
    _close(context)


@pytest.fixture(scope="module")
def anonymous_page(chromium, site):
    """A page on which nobody is logged in."""
    context = chromium.new_context(reduced_motion="reduce")
    yield context.new_page()
    _close(context)


def _close(context):
    try:
        context.close()
    except Error:  # the browser went first
        return
