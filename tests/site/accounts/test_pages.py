import re
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from kernel.access.api_keys import find_api_client
from kernel.access.models import ApiKey, User
from kernel.access.roles import Role
from kernel.access.staff import role_of
from kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
ADMIN_PAGES = ("accounts:staff", "accounts:staff_new", "accounts:keys", "accounts:key_new")


@pytest.fixture
def admin(client, owner):
    client.force_login(owner)
    return client


def verbs():
    return [(e.actor, e.verb, e.object_type) for e in AuditEntry.objects.order_by("id")]


@pytest.mark.parametrize("name", [*ADMIN_PAGES, "operations:audit", "operations:state"])
def test_pages_of_admins_are_for_admins(client, owner, colleague, stranger, name):
    found = []
    for user in (owner, colleague, stranger):
        client.force_login(user)
        found.append(client.get(reverse(name)).status_code)
    client.logout()
    assert [*found, client.get(reverse(name)).status_code] == [200, 403, 403, 302]


@pytest.mark.parametrize("name", ["deactivate", "password-link", "second-factor-off"])
def test_actions_of_admins_do_nothing_for_others(client, owner, colleague, name):
    client.force_login(colleague)
    before = User.objects.values().get(pk=owner.pk)
    answer = client.post(reverse("accounts:staff_action", args=[owner.pk, name]))
    assert answer.status_code == 403
    assert User.objects.values().get(pk=owner.pk) == before
    assert verbs() == []


def test_settings_show_what_the_person_may_open(client, owner, colleague):
    seen = []
    for user in (owner, colleague):
        client.force_login(user)
        page = client.get(reverse("accounts:settings")).content.decode()
        seen.append(
            [label for label in ("Staff", "API keys", "API reference") if f">{label}<" in page]
        )
    assert seen == [["Staff", "API keys", "API reference"], ["API reference"]]


def test_admin_adds_a_person_who_sets_a_password_by_the_link(admin, client, owner):
    page = admin.post(
        reverse("accounts:staff_new"),
        {"email": "new@example.com", "name": "New", "role": "publisher"},
    )
    link = re.search(r"http\S+/password/reset/key/[^<\s]+", page.content.decode()).group()
    assert "no-store" in page.headers["Cache-Control"]
    assert verbs() == [(f"user:{owner.pk}", "created", "staff")]
    user = User.objects.get(email="new@example.com")
    assert role_of(user) is Role.PUBLISHER
    admin.logout()
    form = client.get(urlsplit(link).path, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "quiet horse 4", "password2": "quiet horse 4"})
    user.refresh_from_db()
    assert user.check_password("quiet horse 4")


def test_taken_address_is_named_at_its_field(admin, colleague):
    page = admin.post(
        reverse("accounts:staff_new"), {"email": colleague.email, "name": "", "role": "viewer"}
    )
    assert page.status_code == 422
    assert page.context["form"].errors["email"] == ["colleague@example.com has an account already."]


def test_admin_changes_a_role(admin, owner, colleague):
    admin.post(reverse("accounts:staff_role", args=[colleague.pk]), {"role": "viewer"})
    assert role_of(User.objects.get(pk=colleague.pk)) is Role.VIEWER
    assert verbs() == [(f"user:{owner.pk}", "role_changed", "staff")]
    page = admin.get(reverse("accounts:staff_detail", args=[colleague.pk])).content.decode()
    assert "editor → viewer" in page
    assert owner.email in page


def test_only_admin_is_kept_and_told_why(admin, owner):
    address = reverse("accounts:staff_action", args=[owner.pk, "deactivate"])
    assert "logged out with the next click" in admin.get(address).content.decode()
    page = admin.post(address, follow=True)
    assert "Make somebody else an admin first" in page.content.decode()
    assert User.objects.get(pk=owner.pk).is_active


def test_admin_turns_off_a_lost_second_factor(admin, colleague):
    Authenticator.objects.create(user=colleague, type="totp", data={"secret": "x"})
    admin.post(reverse("accounts:staff_action", args=[colleague.pk, "second-factor-off"]))
    assert Authenticator.objects.count() == 0
    assert [verb for _, verb, _ in verbs()] == ["second_factor_removed"]


def test_unknown_action_and_person_are_not_there(admin, owner):
    assert (
        admin.get(reverse("accounts:staff_action", args=[owner.pk, "promote"])).status_code == 404
    )
    assert admin.get(reverse("accounts:staff_detail", args=[999_999])).status_code == 404


def test_key_is_shown_once_and_works(admin, owner):
    page = admin.post(reverse("accounts:key_new"), {"name": "Shop", "role": "editor"})
    key = re.search(r"mcps_[0-9a-f]{8}_[\w-]{43}", page.content.decode()).group()
    assert find_api_client(key, now=timezone.now()).role is Role.EDITOR
    assert ApiKey.objects.get().created_by == owner
    assert key not in admin.get(reverse("accounts:keys")).content.decode()
    assert "no-store" in page.headers["Cache-Control"]


def test_key_is_rotated_and_revoked(admin):
    admin.post(reverse("accounts:key_new"), {"name": "Shop", "role": "editor"})
    old = ApiKey.objects.get()
    admin.post(reverse("accounts:key_rotate", args=[old.prefix]), {"overlap_hours": "24"})
    new = ApiKey.objects.exclude(pk=old.pk).get()
    admin.post(reverse("accounts:key_revoke", args=[new.prefix]))
    old.refresh_from_db()
    new.refresh_from_db()
    assert (new.name, new.role, new.revoked_at is None) == ("Shop", "editor", False)
    assert old.expires_at is not None
    again = admin.post(
        reverse("accounts:key_rotate", args=[new.prefix]), {"overlap_hours": "24"}, follow=True
    )
    assert "closed already" in again.content.decode()


def test_list_of_staff_costs_the_same_for_many(admin, django_assert_max_num_queries):
    for number in range(20):
        User.objects.create_user(f"{number}@example.com")
    with django_assert_max_num_queries(8):
        admin.get(reverse("accounts:staff"))
