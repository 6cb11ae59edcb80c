"""Search, theme, start page: with and without scripts, with and without a role."""

import pytest
from django.urls import reverse

from kernel.ui import shell

pytestmark = pytest.mark.django_db


def test_search_is_a_page_without_scripts_and_a_fragment_with_them(client, owner):
    client.force_login(owner)
    page = client.get(reverse("ui:search"), {"q": "data"}).content.decode()
    part = client.get(reverse("ui:search"), {"q": "data"}, headers={"HX-Request": "true"})
    assert "<h1>Search</h1>" in page
    assert "Data and records" in page
    assert "<h1>" not in part.content.decode()
    assert 'role="option"' in part.content.decode()
    assert part["Vary"].startswith("HX-Request")


def test_search_is_only_for_staff_with_a_role(client, stranger):
    assert client.get(reverse("ui:search")).status_code == 302
    client.force_login(stranger)
    assert client.get(reverse("ui:search")).status_code == 403


def test_the_theme_is_kept_on_the_account(client, owner):
    client.force_login(owner)
    answer = client.post(reverse("ui:theme"), {"theme": "dark", "next": "/ui/help/"})
    owner.refresh_from_db()
    assert (answer.status_code, answer["Location"], owner.theme) == (302, "/ui/help/", "dark")
    assert 'data-theme="dark"' in client.get(reverse("ui:shortcuts")).content.decode()


def test_the_theme_is_kept_in_the_browser_before_log_in(client):
    answer = client.post(reverse("ui:theme"), {"theme": "dark"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert 'data-theme="dark"' in client.get(reverse("account_login")).content.decode()


def test_an_unknown_theme_is_refused_and_changes_nothing(client, owner):
    client.force_login(owner)
    answer = client.post(reverse("ui:theme"), {"theme": "pink"})
    owner.refresh_from_db()
    assert (answer.status_code, owner.theme) == (422, "system")
    assert answer.json() == {"detail": "The theme must be one of system, light, dark."}


def test_the_theme_form_never_leads_to_another_site(client):
    answer = client.post(reverse("ui:theme"), {"theme": "dark", "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_the_start_page_leads_to_the_overview(client):
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, reverse("analytics:overview"))


def test_badges_stand_in_the_top_bar_and_silent_ones_do_not(client, owner):
    client.force_login(owner)
    with shell.BADGES.opened(emptied=True):
        shell.register_badge("a", lambda: shell.Badge(label="Sending is off"))
        shell.register_badge("b", lambda: None)
        page = client.get(reverse("ui:shortcuts")).content.decode()
    assert page.count('<span class="pill pill--warn">Sending is off') == 1


@pytest.mark.parametrize(
    ("first", "last", "email", "letters"),
    [
        ("Lena", "Kraus", "a@example.com", "LK"),
        ("", "", "jo.weber@example.com", "JW"),
        ("", "", "mira@example.com", "M"),
    ],
)
def test_initials_come_from_the_name_or_the_address(rf, owner, first, last, email, letters):
    owner.first_name, owner.last_name, owner.email = first, last, email
    request = rf.get("/")
    request.user = owner
    assert shell.Shell(request).initials == letters


def test_every_page_carries_the_strict_policy(client):
    policy = client.get(reverse("account_login"))["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "object-src 'none'" in policy


def test_browsers_that_ask_for_an_icon_by_habit_get_one(client):
    assert client.get("/favicon.ico")["Location"] == "/static/img/mark.svg"
