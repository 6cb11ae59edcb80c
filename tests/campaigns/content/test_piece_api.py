"""Brand kits and shared blocks by REST, and the sender of a market."""

import json

import pytest

from campaigns.channels.models import Sender
from campaigns.channels.services import create_sender
from campaigns.content import branding
from campaigns.content.branding import KitDraft, read_values
from campaigns.content.piece_models import BrandKit, SharedBlock
from campaigns.contracts import Channel, SenderDraft
from campaigns.deliveries.models import Delivery
from kernel.access.api_keys import issue_api_key
from kernel.access.roles import Role
from tests.campaigns.builders import MJML, NOW, key, make_customer, make_template, plan
from tests.campaigns.content.test_shared import share
from tests.campaigns.deliveries.test_send import provider, send_all  # noqa: F401

pytestmark = pytest.mark.django_db


def call(client, method, path, body=None, *, role=Role.EDITOR):
    issued = issue_api_key(name=f"{role} {method} {path}"[:60], role=role, actor="user:1", now=NOW)
    return client.generic(
        method, f"/api/v1/{path}", json.dumps(body or {}),
        content_type="application/json", headers={"Authorization": f"Bearer {issued.text}"},
    )  # fmt: skip


def test_a_kit_is_made_listed_and_saved_as_its_next_version(client):
    body = {"name": "Shop", "values": {"company": "Fernway", "markets": ["DE"]}}
    made = call(client, "POST", "brand-kits/", body)
    assert (made.status_code, made.json()["version"], made.json()["is_default"]) == (200, 1, True)
    path = f"brand-kits/{made.json()['key']}/"
    body["values"]["company"] = "Fernweh"
    assert call(client, "PUT", path, body).json()["version"] == 2
    [listed] = call(client, "GET", "brand-kits/", role=Role.VIEWER).json()["results"]
    assert (listed["values"]["company"], listed["values"]["primary"]) == ("Fernweh", "#3a4fd0")


def test_a_wrong_color_is_refused_by_its_name_and_nothing_is_made(client):
    answer = call(client, "POST", "brand-kits/", {"name": "X", "values": {"primary": "red"}})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "primary")
    assert not BrandKit.objects.exists()


def test_a_block_is_made_changed_and_its_templates_renewed_by_publishers(client):
    body = {"slug": "hours", "name": "Hours", "kind": "words", "source": "Open"}
    made = call(client, "POST", "shared-blocks/", body)
    assert (made.status_code, made.json()["version"]) == (200, 1)
    assert call(client, "POST", "shared-blocks/", body | {"name": "Twice"}).status_code == 409
    make_template(source=MJML.replace("we miss you", '{% render "hours" %}'))
    path = f"shared-blocks/{made.json()['key']}/"
    assert call(client, "PUT", path, {"name": "Hours", "source": "Shut"}).json()["version"] == 2
    assert call(client, "POST", f"{path}renew/").status_code == 403
    done = call(client, "POST", f"{path}renew/", role=Role.PUBLISHER).json()["results"]
    assert done == [{"name": "Win back", "number": 2, "problem": ""}]


def test_a_fault_of_a_block_is_refused_with_its_line_and_viewers_change_nothing(client):
    block = share(source="Open")
    path = f"shared-blocks/{block.key}/"
    answer = call(client, "PUT", path, {"name": "Hours", "source": "Open\n{% if x %}\n{{ y | z }}"})
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "source")
    assert "Line" in answer.json()["detail"]
    body = {"name": "Hours", "source": "Shut"}
    assert call(client, "PUT", path, body, role=Role.VIEWER).status_code == 403
    assert SharedBlock.objects.get().live_version.source == "Open"


def test_mail_leaves_by_the_sender_of_the_market_unless_one_is_chosen(provider):  # noqa: F811
    draft = SenderDraft(
        name="Austria", channel=Channel.EMAIL, kind="scripted", from_address="at@shop.example"
    )
    austria = create_sender(draft, key=key(2), actor="user:1", now=NOW)
    first = Sender.objects.get(name="Scripted")
    for number, (name, values, sender) in enumerate(
        [("Shop", {}, None), ("Austria", {"markets": "AT"}, austria.key)], start=20
    ):
        kit = KitDraft(name=name, values=read_values(values), sender=sender)
        branding.create_kit(kit, key=key(number), actor="user:1", now=NOW)
    template = make_template()
    there, elsewhere = make_customer("Ada", country="AT"), make_customer("Bob", country="DE")
    chosen = make_customer("Cy", country="AT")
    rows = [
        plan(there, template), plan(elsewhere, template),
        plan(chosen, template, sender_id=first.pk),
    ]  # fmt: skip
    send_all()
    assert {message.address: message.from_address for message in provider.got} == {
        there.traits["email"]: "at@shop.example",
        elsewhere.traits["email"]: "s@shop.example",
        chosen.traits["email"]: "s@shop.example",
    }
    assert [Delivery.objects.get(pk=row.pk).status for row in rows] == ["handed_over"] * 3
