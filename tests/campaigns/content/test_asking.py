"""Messages that ask: segments, items of catalogs, coupon codes; each found for a batch at once."""

from collections import Counter

import pytest
from django.urls import reverse

from campaigns.audience import CampaignUsage
from campaigns.catalogs.rules import ItemAsk
from campaigns.catalogs.selectors import find_items
from campaigns.content.previewing import preview_words
from campaigns.content.selectors import get_compiled_words
from campaigns.contracts import Channel, SendOutcome
from campaigns.coupons.models import Coupon
from campaigns.coupons.services import claim_codes
from campaigns.deliveries.messages import find_words, idle_links
from campaigns.deliveries.models import Delivery
from campaigns.deliveries.services.send import send_shard, settle_stale
from campaigns.people import CampaignsData
from kernel.errors import Conflict, Invalid
from profiles import facade as profiles
from profiles.contracts import CustomerId
from profiles.segments.models import Segment, SegmentMember
from tests.campaigns.builders import (
    NOW,
    after,
    make_customer,
    make_words,
    plan,
    with_words,
)
from tests.campaigns.catalogs.builders import make_products
from tests.campaigns.coupons.builders import make_pool
from tests.campaigns.deliveries.test_send import provider  # noqa: F401

pytestmark = pytest.mark.django_db


def make_segment(name, *members):
    made = profiles.create_segment(name, rule={"root": {"rules": []}}, now=NOW)
    profiles.publish_segment(made.id, now=NOW)
    SegmentMember.objects.filter(segment_id=made.id).delete()
    for person in members:
        SegmentMember.objects.create(segment_id=made.id, customer=person, since=NOW)
    return made


def send_all(now=NOW):
    for shard in range(16):
        send_shard(shard, now=now)


def test_members_of_a_segment_get_other_words_and_what_was_said_stays_known(provider):  # noqa: F811
    people = [make_customer(name) for name in ("Ada", "Bob", "Cy")]
    make_segment("VIP guests", people[1])
    template = with_words(
        '{% segment "VIP guests" %}Welcome back.{% else %}Nice to meet you.{% endsegment %}'
    )
    sent = [plan(person, template) for person in people]
    send_all()
    texts = {message.key: message.text for message in provider.got}
    assert ["Welcome back." in texts[each.key] for each in sent] == [False, True, False]
    assert ["Nice to meet you." in texts[each.key] for each in sent] == [True, False, True]
    SegmentMember.objects.all().delete()
    assert "Welcome back." in find_words(sent[1].key, links=idle_links()).text


def test_a_segment_is_named_by_name_or_key_and_keeps_its_meaning_when_renamed(provider):  # noqa: F811
    ada = make_customer()
    made = make_segment("Old name", ada)
    by_name = with_words('{% segment "Old name" %}In.{% else %}Out.{% endsegment %}')
    by_key = with_words(f'{{% segment "{made.key}" %}}In.{{% endsegment %}}', "By key")
    Segment.objects.filter(pk=made.id).update(name="New name")
    for template in (by_name, by_key):
        plan(ada, template)
        send_all()
    assert ["In." in message.text for message in provider.got] == [True, True]


def test_templates_use_the_segments_they_name_and_an_unknown_one_is_refused():
    made = make_segment("VIP")
    with_words('{% segment "VIP" %}In.{% endsegment %}')
    used = CampaignUsage().list_users("segment", {str(made.key): int(made.id)})
    assert [user.name for user in used[str(made.key)]] == ["Asking"]
    with pytest.raises(Conflict, match="“Asking”"):
        profiles.archive_segment(made.id, now=NOW)
    with pytest.raises(Invalid, match="There is no segment “VIPs”"):
        with_words('{% segment "VIPs" %}In.{% endsegment %}', "Other")


def test_a_preview_tells_which_way_a_person_goes():
    ada, bob = make_customer("Ada"), make_customer("Bob")
    make_segment("VIP", ada)
    template = with_words('{% segment "VIP" %}In.{% else %}Out.{% endsegment %}')
    template.refresh_from_db()
    compiled = get_compiled_words(template.live_version_id)
    people = profiles.get_customers([CustomerId(ada.pk), CustomerId(bob.pk)])
    ways = {
        person.traits["first_name"]: preview_words(compiled, person=person, now=NOW).ways
        for person in people.values()
    }
    assert ways == {"Ada": {"VIP": True}, "Bob": {"VIP": False}}
    assert "Out." in preview_words(compiled, person=None, now=NOW).words.text


ITEMS = (
    ("s1", {"name": "Tent", "price": "199.5", "color": "red", "tags": "new|light", "next": "s2"}),
    ("s2", {"name": "Stove", "price": 60, "color": "red"}),
    ("s3", {"name": "Lamp", "color": "blue", "tags": ["new"]}),
)


@pytest.mark.parametrize(
    ("words", "traits", "expected"),
    [
        ('{% catalog "products" sku as item %}{{ item.name }} {{ item.price }}', {"sku": "s1"},
         "Tent 199.5"),
        ('{% catalog "products" "s3" as item %}{{ item.key }}', {}, "s3"),
        ('{% catalog "products" where "color" fav as all %}{{ all | map: "name" | join: "+" }}',
         {"fav": "red"}, "Tent+Stove"),
        ('{% catalog "products" where "tags" "new" limit 1 as all %}{{ all[0].name }}', {}, "Tent"),
        ('{% catalog "products" where "price" 60 as all %}{{ all[0].name }}', {}, "Stove"),
        ('{% catalog "products" "s1" as a %}{% catalog "products" a.next as b %}{{ b.name }}', {},
         "Stove"),
        ('{% for s in seen %}{% catalog "products" s as i %}{{ i.name }};{% endfor %}',
         {"seen": ["s2", "s3"]}, "Stove;Lamp;"),
        ('{% catalog "products" gone as i %}{{ i.name | default: "something" }}', {}, "something"),
    ],
    ids=["key", "literal", "field", "list", "number", "chain", "loop", "default"],
)  # fmt: skip
def test_items_are_found_by_key_and_by_field(provider, words, traits, expected):  # noqa: F811
    make_products(*ITEMS)
    plan(make_customer(**traits), with_words(words))
    send_all()
    assert expected in provider.got[0].text


def test_an_item_that_is_not_there_holds_back_only_its_person(provider):  # noqa: F811
    make_products(*ITEMS)
    template = with_words('{% catalog "products" sku as item %}{{ item.name }}')
    held, sent = plan(make_customer(sku="gone"), template), plan(make_customer(sku="s1"), template)
    send_all()
    held.refresh_from_db()
    sent.refresh_from_db()
    assert (held.status, held.reason) == ("held_back", "missing_value:item")
    assert sent.status == "handed_over"


def test_a_batch_asks_for_all_its_items_at_once():
    make_products(*ITEMS)
    asks = [ItemAsk(catalog="products", value=sku) for sku in ("s1", "s2", "gone")]
    asks.append(ItemAsk(catalog="products", value="red", field="color", limit=1))
    found = find_items(asks)
    assert [[item["name"] for item in found[ask.key]] for ask in asks] == [
        ["Tent"], ["Stove"], [], ["Tent"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ('{% catalog "goods" "s1" as item %}', "There is no catalog “goods”"),
        ('{% catalog "products" where "size" "L" as items %}', "has no field “size”"),
        ("{{ coupon.summer }}", "There is no coupon pool “summer”"),
        ("{{ coupon }}", "There is no coupon pool “”"),
    ],
)
def test_what_words_draw_from_must_be_there(words, message):
    make_products()
    with pytest.raises(Invalid, match=message) as told:
        with_words(words)
    assert told.value.field == "source"


def test_each_message_gets_a_code_of_its_own_and_a_retry_the_same(provider):  # noqa: F811
    make_pool("A1", "A2", "A3")
    template = with_words("{{ coupon.spring }}")
    people = [make_customer() for _ in range(2)]
    sent = [plan(person, template) for person in people]
    provider.answers = [SendOutcome.RETRY]
    send_all()
    first = {message.key: message.text.splitlines()[0] for message in provider.got}
    Delivery.objects.filter(status="planned").update(due_at=NOW)
    send_all(after(minutes=1))
    again = {message.key: message.text.splitlines()[0] for message in provider.got}
    assert first == {each: again[each] for each in first}
    given = dict(Coupon.objects.exclude(delivery_id=None).values_list("delivery_id", "code"))
    assert sorted(given) == sorted(each.pk for each in sent)
    assert len(set(given.values())) == 2
    assert f"{given[sent[0].pk]}" in find_words(sent[0].key, links=idle_links()).text
    assert Coupon.objects.filter(given_at=None).count() == 1


def test_a_code_is_claimed_only_for_words_that_reach_it_and_are_whole(provider):  # noqa: F811
    make_pool("A1", "A2")
    template = with_words("{% if vip %}{{ coupon.spring }}{% endif %} {{ size }}")
    plan(make_customer(size="L"), template)
    plan(make_customer(vip="yes"), template)
    plan(make_customer(vip="yes", size="M"), template)
    send_all()
    assert sorted(Delivery.objects.values_list("reason", flat=True)) == [
        "missing_value:size", "scripted", "scripted",
    ]  # fmt: skip
    assert Coupon.objects.exclude(given_at=None).count() == 1


def test_a_dry_pool_holds_a_message_back_with_the_reason(provider):  # noqa: F811
    make_pool("A1")
    template = with_words("{{ coupon.spring }}")
    for _ in range(3):
        plan(make_customer(), template)
    send_all()
    assert Counter(Delivery.objects.values_list("status", "reason")) == {
        ("handed_over", "scripted"): 1,
        ("held_back", "coupon_pool_empty:spring"): 2,
    }


def test_a_crash_after_the_claim_leaves_the_code_with_its_message(provider):  # noqa: F811
    make_pool("A1", "A2")
    delivery = plan(make_customer(), with_words("{{ coupon.spring }}"))
    claimed = claim_codes("spring", [delivery.pk], NOW)
    Delivery.objects.filter(pk=delivery.pk).update(status="claimed", claimed_at=NOW)
    settle_stale(now=after(hours=1))
    send_all(after(hours=1))
    assert claimed[delivery.pk] in provider.got[0].text
    assert Coupon.objects.filter(given_at=None).count() == 1


def test_previews_give_no_code_away():
    make_pool("A1")
    template = make_words("Text", Channel.SMS, text="{{ coupon.spring }}")
    template.refresh_from_db()
    compiled = get_compiled_words(template.live_version_id)
    assert preview_words(compiled, person=None, now=NOW).words.text == "SAMPLE-CODE"
    assert Coupon.objects.filter(given_at=None).count() == 1


def test_codes_of_a_person_are_exported_and_forgotten_when_they_are_erased(provider):  # noqa: F811
    make_pool("A1")
    ada = make_customer()
    plan(ada, with_words("{{ coupon.spring }}"))
    send_all()
    [coupon] = CampaignsData().export_customer(CustomerId(ada.pk))["coupons"]
    assert (coupon["pool"], coupon["code"]) == ("Spring", "A1")
    CampaignsData().erase_customers([CustomerId(ada.pk)], now=NOW)
    found = Coupon.objects.get()
    assert (found.delivery_id, found.given_at) == (None, NOW)
    assert claim_codes("spring", [999], NOW) == {}


def test_the_editor_tells_of_segments_in_which_nobody_can_be(client, owner):
    client.force_login(owner)
    make_products()
    make_pool("A1")
    profiles.create_segment("Some day", rule={"root": {"rules": []}}, now=NOW)
    made = with_words('{% segment "Some day" %}Hello.{% endsegment %}')
    page = client.get(reverse("campaigns:template-edit", kwargs={"key": made.key})).content.decode()
    assert "“Some day” was never published: nobody is in it" in page
