"""Senders by the page: added, changed and checked; secrets go in and never come out."""

import pytest
from django.urls import reverse

from campaigns.channels.models import Sender
from campaigns.channels.services import find_route
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from tests.campaigns.channels.http_server import HttpServer

pytestmark = pytest.mark.django_db
SECRET = "s3cret-t0ken"


@pytest.fixture
def admin(client, owner):
    client.force_login(owner)
    return client


def values(**changes):
    return {
        "name": "Texts", "from_address": "+15550100", "config.account_sid": "AC1",
        "config.auth_token": SECRET, "config.api_url": "https://api.twilio.com",
        "config.timeout_seconds": "5", **changes,
    }  # fmt: skip


def add(admin, **changes):
    url = reverse("campaigns:sender-add", args=["sms", "twilio"])
    return admin.post(url, values(**changes))


def test_a_sender_is_added_with_its_secret_sealed(admin):
    assert b"Twilio" in admin.get(reverse("campaigns:sender-choose")).content
    answer = add(admin)
    assert (answer.status_code, answer.url) == (302, reverse("campaigns:senders"))
    sender = Sender.objects.get()
    assert (sender.channel, sender.kind, sender.is_default) == ("sms", "twilio", True)
    assert SECRET not in str(sender.config)
    assert find_route(sender.key).config.auth_token.get_secret_value() == SECRET
    page = admin.get(reverse("campaigns:sender-edit", args=[sender.key])).content.decode()
    assert SECRET not in page
    assert sender.config["auth_token"] not in page
    assert f"/reports/{sender.key}/" in page
    assert SECRET not in str(list(AuditEntry.objects.values_list("after", flat=True)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"config.account_sid": "no spaces allowed"}, "config.account_sid"),
        ({"config.timeout_seconds": "900"}, "config.timeout_seconds"),
        ({"config.auth_token": ""}, "This field is required"),
        ({"from_address": "12"}, "Enter a valid value"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_is_added(admin, changes, said):
    answer = add(admin, **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert not Sender.objects.exists()


def test_a_name_is_taken_once(admin):
    add(admin)
    answer = add(admin)
    assert answer.status_code == 422
    assert "Choose another name" in answer.content.decode()
    assert Sender.objects.count() == 1


def change(admin, sender, **changes):
    url = reverse("campaigns:sender-edit", args=[sender.key])
    return admin.post(url, values(**{"config.auth_token": "", **changes}))


def test_a_change_keeps_the_secret_that_is_not_entered(admin):
    add(admin)
    sender = Sender.objects.get()
    change(admin, sender, name="Texts two", stands_in="on")
    sender.refresh_from_db()
    assert (sender.name, sender.stands_in) == ("Texts two", True)
    assert find_route(sender.key).config.auth_token.get_secret_value() == SECRET
    entry = AuditEntry.objects.latest("id")
    assert (entry.verb, entry.before["name"], entry.after["name"]) == (
        "changed", "Texts", "Texts two",
    )  # fmt: skip


def test_a_secret_is_never_led_to_another_place_unseen(admin):
    add(admin)
    sender = Sender.objects.get()
    answer = change(admin, sender, **{"config.api_url": "https://evil.example"})
    assert answer.status_code == 422
    assert "enter this secret again" in answer.content.decode()
    sender.refresh_from_db()
    assert sender.config["api_url"] == "https://api.twilio.com"
    moved = {"config.api_url": "https://eu.twilio.example", "config.auth_token": "new"}
    assert change(admin, sender, **moved).status_code == 302
    assert find_route(sender.key).config.auth_token.get_secret_value() == "new"


def test_the_check_says_what_the_provider_says(admin, settings):
    settings.ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    answers = [(200, {}, b'{"status": "active"}'), (401, {}, b"")]
    with HttpServer(lambda _: answers.pop(0)) as server:
        add(admin, **{"config.api_url": server.url})
        url = reverse("campaigns:sender-check", args=[Sender.objects.get().key])
        assert "active" in admin.post(url, follow=True).content.decode()
        assert Sender.objects.get().is_checked_ok
        assert "refuses the account id" in admin.post(url, follow=True).content.decode()
    sender = Sender.objects.get()
    assert (sender.is_checked_ok, sender.check_text[:20]) == (False, "The provider refuses")


def test_another_sender_becomes_the_default_of_its_channel(admin):
    add(admin)
    add(admin, name="Second")
    second = Sender.objects.get(name="Second")
    admin.post(reverse("campaigns:sender-default", args=[second.key]))
    assert list(Sender.objects.order_by("id").values_list("is_default", flat=True)) == [False, True]


def test_publishers_check_and_do_not_change(client, colleague, owner):
    client.force_login(owner)
    add(client)
    assign_role(colleague, Role.PUBLISHER)
    client.force_login(colleague)
    sender = Sender.objects.get()
    page = client.get(reverse("campaigns:senders")).content.decode()
    assert "Add a sender" not in page
    assert "Check" in page
    for name, args in (("sender-choose", []), ("sender-add", ["sms", "twilio"]),
                       ("sender-edit", [sender.key])):  # fmt: skip
        assert client.get(reverse(f"campaigns:{name}", args=args)).status_code == 403
    assert change(client, sender).status_code == 403


@pytest.mark.parametrize("args", [["sms", "smtp"], ["sms", "nobody"], ["fax", "twilio"]])
def test_a_provider_that_does_not_serve_the_channel_has_no_form(admin, args):
    assert admin.get(reverse("campaigns:sender-add", args=args)).status_code == 404


def test_every_provider_has_a_form(admin):
    from campaigns.extension_points import channel_providers

    for kind, provider in channel_providers.items():
        for channel in provider.channels:
            url = reverse("campaigns:sender-add", args=[channel, kind])
            assert admin.get(url).status_code == 200, url
