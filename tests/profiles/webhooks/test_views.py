"""Pages of webhooks: made from the gallery, watched, mapped, signed, renewed."""

import html
import json
import re
from datetime import UTC, datetime

import httpx
import pytest
from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from mcps_site.wsgi import application
from profiles.models import Source, Touchpoint, Webhook
from profiles.touchpoints.services.draining import drain_inbox
from profiles.webhooks.services.taking import forget_receivers
from tests.profiles.webhooks.providing import SECRET, Provider, ready, sign_shopify


def page(name: str, provider: Provider) -> str:
    return reverse(f"profiles:webhook{name}", kwargs={"key": provider.webhook.source.key})


def texts(answer) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_an_admin_makes_a_source_from_the_gallery_and_it_takes_requests(client, owner, db):
    forget_receivers()
    client.force_login(owner)
    gallery = client.get(reverse("profiles:webhooks")).content.decode()
    assert reverse("profiles:webhook-new", args=["shopify"]) in gallery
    form = {"name": "Shop", "secret": SECRET, "starts_journeys": "on"}
    made = client.post(reverse("profiles:webhook-new", args=["shopify"]), form)
    shown = made.content.decode()
    assert SECRET not in shown
    address = re.search(r"http://[^<\s]+/hooks/[^<\s]+", shown)
    assert address is not None
    body = json.dumps(ready("shopify").sample.body).encode()
    provider = httpx.Client(transport=httpx.WSGITransport(app=application))
    headers = {**sign_shopify(body), "X-Shopify-Topic": "orders/paid"}
    assert provider.post(address[0], content=body, headers=headers).status_code == 200
    assert drain_inbox(now=datetime.now(UTC)).stored == 2
    assert AuditEntry.objects.get(object_type="source").after["kind"] == "webhook"
    assert SECRET not in Webhook.objects.get().secret_sealed
    twice = client.post(reverse("profiles:webhook-new", args=["shopify"]), form)
    assert twice.status_code == 422
    assert "There is a source “Shop” already" in texts(twice)


def test_a_secret_that_is_made_for_the_provider_is_shown_once(client, owner, db):
    client.force_login(owner)
    made = client.post(reverse("profiles:webhook-new", args=["custom"]), {"name": "Till"})
    secret = re.search(r"whsec_[\w+/=]+", texts(made))
    assert secret is not None
    again = client.get(reverse("profiles:webhook", args=[Source.objects.get().key]))
    assert secret[0] not in texts(again)


def test_a_secret_that_only_the_provider_knows_must_be_entered(client, owner, db):
    client.force_login(owner)
    answer = client.post(reverse("profiles:webhook-new", args=["stripe"]), {"name": "Till"})
    assert answer.status_code == 422
    assert "The signing secret of the endpoint" in texts(answer)
    assert client.get(reverse("profiles:webhook-new", args=["gone"])).status_code == 404
    assert not Source.objects.exists()


def test_the_page_shows_outcomes_refusals_and_volume(client, colleague, plain: Provider):
    plain.deliver({"who": "u1", "what": "Paid", "id": 1})
    plain.deliver({"who": "u1", "what": "Paid", "id": 2, "total": "much"})
    plain.send(b"x" * 1_048_577)
    client.force_login(colleague)
    answer = client.get(page("", plain))
    shown = texts(answer)
    for text in ("Stored", "In quarantine", "rules[0].properties.total", "It is no number.",
                 "Too large: more than 1 MB", "Admins see the address"):  # fmt: skip
        assert text in shown
    assert "/hooks/" not in answer.content.decode()
    volume = answer.context["volume"]
    assert (volume.stored, volume.duplicates, volume.quarantined) == (1, 0, 1)
    sources = client.get(reverse("profiles:sources"))
    [row] = sources.context["sources"]
    assert (row.name, row.stored, row.quarantined, row.refused) == ("plain", 1, 1, 1)
    assert page("", plain) in sources.content.decode()


def test_viewers_see_outcomes_but_no_requests(client, stranger, plain: Provider):
    plain.deliver({"who": "u-secret", "what": "Paid", "id": 1})
    assign_role(stranger, Role.VIEWER)
    client.force_login(stranger)
    shown = texts(client.get(page("", plain)))
    assert "Stored" in shown
    assert "u-secret" not in shown
    assert client.get(page("-mapping", plain)).status_code == 403


def test_the_editor_shows_the_last_request_beside_its_events(client, colleague, plain: Provider):
    client.force_login(colleague)
    assert "A sample, because nothing has arrived" in texts(client.get(page("-mapping", plain)))
    plain.deliver({"who": "u7", "what": "Tour Booked", "id": 1, "total": "12.50"})
    answer = client.get(page("-mapping", plain))
    assert "The last request that arrived" in texts(answer)
    [event] = answer.context["preview"].events
    assert (event.name, event.kind, event.problem) == ("Tour Booked", "track", "")
    assert (event.person, event.values) == ([("user id", "u7")], [("total", "12.5")])


@pytest.mark.parametrize(
    ("mapping", "sample", "expected"),
    [
        ("{", "{}", ("line 1, column 2", "This is no JSON")),
        ('{"rules": [{"event": "E"}]}', "{}", ("rules[0]", "A rule needs “identities”")),
        (None, "{", ("request", "The request is no JSON.")),
        (None, '{"who": "u1", "what": "E", "total": "x"}',
         ("rules[0].properties.total", "It is no number.")),
        (None, '{"headers": 3, "body": {}}', ("request", "The request is no JSON.")),
    ],
    ids=["no json", "no identities", "sample", "total", "headers"],
)  # fmt: skip
def test_the_live_preview_names_what_is_wrong(client, colleague, plain, mapping, sample, expected):
    client.force_login(colleague)
    form = {"part": "preview", "sample": sample,
            "mapping": mapping or plain.webhook.mapping}  # fmt: skip
    answer = client.post(page("-mapping", plain), form, headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    path, message = expected
    assert re.search(rf"{re.escape(path)}\s+{re.escape(message)}", texts(answer))
    assert Webhook.objects.get().mapping_version == 1


def test_an_event_that_would_be_refused_says_why(client, colleague, plain: Provider):
    client.force_login(colleague)
    form = {"mapping": plain.webhook.mapping, "step": "try",
            "sample": '{"who": "guest", "what": "E"}'}  # fmt: skip
    assert "It would go to quarantine" in texts(client.post(page("-mapping", plain), form))


def test_a_publisher_saves_a_mapping_and_replays_what_it_mends(client, owner, plain: Provider):
    plain.deliver({"who": "u1", "what": "Paid", "id": 1, "total": "12 EUR"})
    mended = plain.mapping
    mended["rules"][0]["properties"] = {"total": "$.total"}
    client.force_login(owner)
    form = {"mapping": json.dumps(mended), "version": "1", "step": "save", "sample": "{}"}
    assert client.post(page("-mapping", plain), form).headers["Location"] == page("", plain)
    client.post(page("-replay", plain))
    assert Touchpoint.objects.get().properties == {"total": "12 EUR"}
    late = client.post(page("-mapping", plain), form)
    assert late.status_code == 422
    assert "Somebody else saved this mapping" in texts(late)
    broken = client.post(page("-mapping", plain), {**form, "mapping": "{}", "version": "2"})
    assert (broken.status_code, Webhook.objects.get().mapping_version) == (422, 2)
    assert AuditEntry.objects.filter(verb="mapped").count() == 1


def test_the_ready_mapping_comes_back_into_the_editor_unsaved(client, owner, shop: Provider):
    client.force_login(owner)
    form = {"mapping": "{}", "sample": "{}", "version": "1", "step": "ready"}
    answer = client.post(page("-mapping", shop), form)
    assert answer.context["mapping"] == ready("shopify").mapping_text
    assert Webhook.objects.get().mapping_version == 1


def test_editors_try_mappings_but_do_not_save_them(client, colleague, plain: Provider):
    client.force_login(colleague)
    form = {"mapping": plain.webhook.mapping, "version": "1", "sample": "{}"}
    assert client.post(page("-mapping", plain), {**form, "step": "save"}).status_code == 403
    assert client.post(page("-mapping", plain), {**form, "step": "try"}).status_code == 200
    for name in ("-signature", "-address", "-state", "-replay"):
        assert client.post(page(name, plain), {}).status_code == 403
    webhook = Webhook.objects.select_related("source").get()
    assert (webhook.mapping_version, webhook.address_version) == (1, 1)
    assert webhook.source.disabled_at is None


SIGNATURE = {"scheme": "hmac", "header": "X-Sig", "algorithm": "sha256", "encoding": "hex",
             "prefix": "", "timestamp_header": "", "tolerance_seconds": "300"}  # fmt: skip


def test_an_admin_changes_how_requests_are_signed(client, owner, plain: Provider):
    client.force_login(owner)
    without = client.post(page("-signature", plain), {**SIGNATURE, "step": "save"})
    assert without.status_code == 422
    assert "needs its own secret" in texts(without)
    short = client.post(page("-signature", plain), {**SIGNATURE, "secret": "short"})
    assert "at least 8 letters" in texts(short)
    wrong = client.post(page("-signature", plain), {**SIGNATURE, "header": "a b", "secret": SECRET})
    assert "A header has letters" in texts(wrong)
    client.post(page("-signature", plain), {**SIGNATURE, "secret": SECRET})
    assert plain.send({"who": "u1", "what": "Paid", "id": 1}).status_code == 401
    made = client.post(page("-signature", plain), {**SIGNATURE, "step": "make"})
    assert "Copy the new secret now" in texts(made)
    kept = client.post(page("-signature", plain), {**SIGNATURE, "step": "save"})
    assert kept.status_code == 302
    assert SECRET not in str(list(AuditEntry.objects.values_list("before", "after")))


def test_an_admin_renews_the_address_and_stops_a_source(client, owner, plain: Provider):
    client.force_login(owner)
    before = plain.address
    assert before in client.get(page("", plain)).content.decode()
    client.post(page("-address", plain))
    assert before not in client.get(page("", plain)).content.decode()
    client.post(page("-state", plain), {"enabled": "no"})
    assert Source.objects.get().disabled_at is not None
    client.post(page("-state", plain), {"enabled": "yes"})
    assert Source.objects.get().disabled_at is None


def test_rows_become_the_mapping_that_is_saved(client, owner, plain: Provider):
    client.force_login(owner)
    opened = client.get(page("-mapping", plain))
    assert 'name="r0.event"' in opened.content.decode()
    rows = {
        "editing": "rows", "version": "1", "sample": '{"mail": "ada@example.com", "sum": "12.5"}',
        "otherwise": "ignore", "r0.name": "Paid", "r0.event": "Order Completed",
        "r0.identities.0.name": "email", "r0.identities.0.value": "$.mail",
        "r0.identities.0.kind": "lower", "r0.identities.1.name": "", "r0.identities.1.value": "",
        "r0.properties.0.name": "total", "r0.properties.0.value": "$.sum",
        "r0.properties.0.kind": "number",
    }  # fmt: skip
    shown = client.post(
        page("-mapping", plain), {**rows, "part": "preview"}, headers={"HX-Request": "true"}
    )
    words = " ".join(texts(shown).split())
    assert words.startswith("Order Completed track email ada@example.com happened ")
    assert words.endswith(" total 12.5")
    half = client.post(
        page("-mapping", plain), {**rows, "r0.properties.0.value": "", "step": "save"}
    )
    assert (half.status_code, Webhook.objects.get().mapping_version) == (422, 1)
    as_json = client.post(page("-mapping", plain), {**rows, "step": "json"})
    assert '<textarea class="mapping__text" id="id_mapping"' in as_json.content.decode()
    assert client.post(page("-mapping", plain), {**rows, "step": "save"}).status_code == 302
    assert json.loads(Webhook.objects.get().mapping) == {
        "version": 1, "otherwise": "ignore",
        "rules": [{"name": "Paid", "event": "Order Completed",
                   "identities": {"email": {"path": "$.mail", "as": "lower"}},
                   "properties": {"total": {"path": "$.sum", "as": "number"}}}],
    }  # fmt: skip


def test_json_that_cannot_be_used_stays_json(client, colleague, plain: Provider):
    client.force_login(colleague)
    form = {"mapping": "{", "editing": "json", "step": "rows", "sample": "{}"}
    answer = client.post(page("-mapping", plain), form)
    assert answer.context["draft"].rows is None
    assert "This is no JSON" in texts(answer)
