"""One server, one log-in and one browser for all pages, because starting them is what costs."""

import os
from dataclasses import dataclass, field

import pytest
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Error, expect, sync_playwright

from kernel.access.models import User
from kernel.access.roles import Role
from kernel.access.staff import assign_role, sync_roles
from tests.browser.chromium import find_chromium, launch_arguments
from tests.browser.examples import EXAMPLES
from tests.people import PASSWORD

EMAIL = "owner@example.com"
COLLEAGUE = "colleague@example.com"


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
        expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
        yield browser
        browser.close()
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture(scope="module")
def site(chromium, django_db_setup, django_db_blocker):
    """The site with its examples; emptied after the module."""
    from pytest_django.live_server_helper import LiveServer

    with django_db_blocker.unblock():
        sync_roles()
        for email in (EMAIL, COLLEAGUE):
            assign_role(User.objects.create_superuser(email, PASSWORD), Role.ADMIN)
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
def visitors(chromium, site):
    """Browser pages by who looks: most addresses are for the first, some only for a later one.

    The owner has a second factor, the colleague none; somebody stands between password and code;
    and nobody is logged in.
    """
    contexts = [chromium.new_context(reduced_motion="reduce") for _ in range(4)]
    owner, colleague, halfway, nobody = (context.new_page() for context in contexts)
    _log_in(owner, site, EMAIL)
    _give_second_factor()
    _log_in(colleague, site, COLLEAGUE)
    _log_in(halfway, site, EMAIL)
    yield {"owner": owner, "colleague": colleague, "halfway": halfway, "nobody": nobody}
    for context in contexts:
        _close(context)


def _log_in(page, site, email):
    page.goto(site.address("account_login"))
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login/" not in address)


def _give_second_factor():
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    user = User.objects.get(email=EMAIL)
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)


def _close(context):
    try:
        context.close()
    except Error:  # the browser went first
        return
