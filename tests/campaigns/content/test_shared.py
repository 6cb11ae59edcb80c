"""Shared blocks and brand kits: what goes into a message, what a published version keeps, renewal."""

import pytest
from django.urls import reverse

from campaigns.content import branding, renewing, sharing
from campaigns.content.branding import KitDraft, read_values
from campaigns.content.editing import open_draft
from campaigns.content.models import Template
from campaigns.content.piece_models import BrandKit, SharedBlock
from campaigns.content.previewing import find_person, preview_words
from campaigns.content.rules.shared import BlockKind
from campaigns.content.selectors import get_compiled_words
from campaigns.content.services import publish_template
from campaigns.content.sharing import BlockDraft
from campaigns.contracts import Channel, TemplateDraft
from kernel.errors import Conflict, Invalid
from tests.campaigns.builders import MJML, NOW, key, make_customer, make_template, make_words
from tests.campaigns.content.test_writing import known_by_mail

pytestmark = pytest.mark.django_db
ACT = {"actor": "user:1", "now": NOW}


def share(slug="hours", source="Open {{ day | default: 'daily' }}", kind=BlockKind.WORDS, number=1):
    draft = BlockDraft(slug=slug, name=slug.capitalize(), kind=kind, source=source)
    return sharing.create_block(draft, key=key(number), **ACT)


def brand(name="Shop", number=11, sender=None, **values):
    draft = KitDraft(name=name, values=read_values(values), sender=sender)
    return branding.create_kit(draft, key=key(number), **ACT)


def mail(words, **options):
    source = MJML.replace("we miss you.", words)
    return make_template(source=source, subject="Hi", **options)


def said(template, person=None):
    template.refresh_from_db()
    compiled = get_compiled_words(template.live_version_id)
    return preview_words(compiled, person=person, now=NOW).words


def test_a_block_sees_the_person_and_its_arguments_and_keeps_to_itself():
    share(source="{% assign secret = 1 %}{{ first_name }}, {{ day }}")
    template = mail(
        "{% assign day = 2 %}{% render 'hours', day: 'Monday' %} {{ secret | default: '-' }}"
    )
    assert "[first_name], Monday [secret]" in said(template).html
    alone = mail("{% assign day = 2 %}{% render 'hours' %}", name="Alone")
    assert "[first_name], [day]" in said(alone).html


def test_a_block_of_sections_stands_in_the_body_and_one_of_words_in_a_text_message():
    section = "<mj-section><mj-column>\n<mj-text>{{ label }}</mj-text></mj-column></mj-section>"
    share("banner", section, BlockKind.SECTIONS)
    template = make_template(
        source=MJML.replace("<mj-body>", '<mj-body>{% render "banner", label: "Sale" %}'),
        subject="Hi",
    )
    assert "Sale" in said(template).html
    share("stop", "Stop:\nreply STOP", number=2)
    sms = make_words("SMS", Channel.SMS, text='Hi. {% render "stop" %}')
    assert said(sms).text == "Hi. Stop:\nreply STOP"
    assert sms.live_version.text == 'Hi. {% render "stop" %}'
    with pytest.raises(Invalid, match="it cannot stand in this part"):
        make_words("Other", Channel.SMS, text='{% render "banner" %}')


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('{% render "nothing" %}', "Line 2: there is no shared block “nothing”."),
        ("{% render name %}", "Line 2: unexpected tag 'render'"),
        ("{% include 'hours' %}", "Line 2: unexpected tag 'include'"),
    ],
    ids=["unknown", "computed", "include"],
)
def test_only_blocks_that_are_there_can_be_named(words, expected):
    share()
    with pytest.raises(Invalid, match=expected):
        mail(words)
    assert not Template.objects.exists()


def test_a_fault_below_a_block_is_named_by_the_line_that_staff_see():
    share(source="one\ntwo\nthree")
    with pytest.raises(Invalid, match="There is no filter “shout”"):
        mail("{% render 'hours' %}\n{{ first_name | shout }}")
    with pytest.raises(Invalid, match="Line 3: unexpected tag 'endif'"):
        mail("{% render 'hours' %}\n{% endif %}")


def test_blocks_do_not_go_round_in_circles_nor_deeper_than_four():
    for number, (slug, source) in enumerate(
        [
            ("a", "x"),
            ("b", '{% render "a" %}'),
            ("c", '{% render "b" %}'),
            ("d", '{% render "c" %}'),
        ]
    ):
        share(slug, source, number=number)
    with pytest.raises(Invalid, match="circle or too deep: b → a → b"):
        sharing.save_block(
            SharedBlock.objects.get(slug="a"), name="A", source='{% render "b" %}', **ACT
        )
    assert SharedBlock.objects.get(slug="a").live_version.source == "x"
    share("e", '{% render "d" %}', number=7)
    with pytest.raises(Invalid, match="too deep"):
        mail("{% render 'e' %}")


def test_a_published_template_keeps_its_block_until_it_is_renewed():
    block = share(source="Open till six")
    template, untouched = mail("{% render 'hours' %}"), mail("Bye", name="Other")
    share("other", "{% render 'hours' %}", number=2)
    sms = make_words("SMS", Channel.SMS, text="{% render 'other' %}")
    block = sharing.save_block(block, name="Hours", source="Open till eight", **ACT)
    assert "till six" in said(template).html
    assert said(sms).text == "Open till six"
    uses = renewing.list_block_uses(block)
    assert [(use.template.name, use.number, use.is_older) for use in uses] == [
        ("SMS", 1, True), ("Win back", 1, True),
    ]  # fmt: skip
    done = renewing.renew_templates(uses, **ACT)
    assert [(one.name, one.number, one.problem) for one in done] == [
        ("SMS", 2, ""), ("Win back", 2, ""),
    ]  # fmt: skip
    assert "till eight" in said(template).html
    assert said(sms).text == "Open till eight"
    untouched.refresh_from_db()
    assert untouched.live_version.number == 1
    assert renewing.renew_templates(renewing.list_block_uses(block), **ACT) == []


def test_renewal_keeps_the_translations_and_the_draft_that_is_being_written():
    block, german = share(source="Open"), MJML.replace("we miss you", "{% render 'hours' %}")
    words = TemplateDraft(channel=Channel.EMAIL, subject="Hallo", source=german)
    draft = TemplateDraft(
        channel=Channel.EMAIL, subject="Hi", source=MJML, translations={"de": words}
    )
    template = make_template()
    publish_template(template, draft=draft, **ACT)
    template.refresh_from_db()
    open_draft(template, **ACT)
    block = sharing.save_block(block, name="Hours", source="Closed", **ACT)
    renewing.renew_templates(renewing.list_block_uses(block), **ACT)
    template.refresh_from_db()
    assert template.live_version.number == 3
    assert "Closed" in template.live_version.translations.get(locale="de").html
    assert template.drafts.count() == 2


def test_saving_the_same_words_makes_no_version():
    block = share()
    sharing.save_block(block, name="New name", source=block.live_version.source, **ACT)
    block.refresh_from_db()
    assert (block.name, block.versions.count()) == ("New name", 1)


def test_a_block_in_use_cannot_be_deleted():
    block = share()
    template = mail("{% render 'hours' %}")
    with pytest.raises(Conflict, match="is used by “Win back”"):
        sharing.delete_block(block, **ACT)
    publish_template(
        template, draft=TemplateDraft(channel=Channel.EMAIL, subject="Hi", source=MJML), **ACT
    )
    sharing.delete_block(block, **ACT)
    assert not SharedBlock.objects.exists()


def test_people_see_the_kit_of_their_country_and_all_others_the_default_one():
    brand(company="Fernway", primary="#111111")
    brand("Austria", 12, company="Fernweh", markets="at, CH")
    template = mail("{{ brand.company }} {{ brand.primary }}")
    austrian = find_person(known_by_mail(make_customer("Ada", country="AT")))
    german = find_person(known_by_mail(make_customer("Bob", country="DE")))
    assert "Fernweh #3a4fd0" in said(template, austrian).html
    assert "Fernway #111111" in said(template, german).html
    assert "Fernway #111111" in said(template).html


def test_without_a_kit_there_are_plain_colors_and_a_missing_logo_is_missing():
    template = mail("{{ brand.primary }} {% if brand.logo_url %}logo{% else %}none{% endif %}")
    assert "#3a4fd0 none" in said(template).html
    assert "brand" not in " ".join(get_compiled_words(template.live_version_id).paths)


def test_a_published_template_keeps_the_look_it_was_published_with():
    kit = brand(company="Old")
    template, plain = mail("{{ brand.company }}"), mail("Bye", name="Plain")
    draft = KitDraft(name="Shop", values=read_values({"company": "New"}))
    kit = branding.save_kit(kit, draft, **ACT)
    assert "Old" in said(template).html
    assert (kit.live_version.number, plain.live_version.brand) == (2, [])
    renewing.renew_templates(renewing.list_kit_uses(kit), **ACT)
    assert "New" in said(template).html
    branding.delete_kit(kit, **ACT)
    assert "New" in said(template).html


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"primary": "red"}, "primary"),
        ({"primary": "#fff;}x{"}, "primary"),
        ({"logo_url": "javascript:alert(1)"}, "logo_url"),
        ({"logo_url": 'https://x/"onload="y'}, "logo_url"),
        ({"body_font": "x;}<"}, "body_font"),
        ({"markets": "Germany"}, "markets"),
        ({"slogan": "Go"}, "slogan"),
    ],
)
def test_a_kit_takes_no_values_that_could_break_a_message(values, field):
    with pytest.raises(Invalid) as refused:
        read_values(values)
    assert refused.value.field == field


def test_a_market_has_one_kit_and_there_is_one_default():
    first = brand(markets="DE")
    with pytest.raises(Invalid, match="“DE” is a market of the brand kit “Shop”"):
        brand("Other", 12, markets="AT, DE")
    second = brand("Other", 12, markets="AT")
    assert (first.is_default, second.is_default) == (True, False)
    with pytest.raises(Conflict, match="is the default kit"):
        branding.delete_kit(first, **ACT)
    draft = KitDraft(name="Other", values=read_values({}), is_default=True)
    branding.save_kit(second, draft, **ACT)
    assert list(BrandKit.objects.filter(is_default=True)) == [second]


def test_staff_save_a_kit_on_its_page_and_see_it_before(client, owner):
    client.force_login(owner)
    page = reverse("campaigns:brand-kit-new")
    form = {
        "name": "Shop", "company": "Fernway", "primary": "#1f3d2f", "on_primary": "#ffffff",
        "background": "#ffffff", "surface": "#ffffff", "text": "#000000", "muted": "#767676",
        "logo_width": 120, "heading_font": "Georgia, serif", "body_font": "Georgia, serif",
        "footer": "Fernway\nRidge 1", "markets": "de",
    }  # fmt: skip
    look = client.post(f"{page}?look=1", form, headers={"HX-Request": "true"}).content.decode()
    assert "primary=%231f3d2f" in look
    assert not BrandKit.objects.exists()
    sample = client.get(reverse("campaigns:brand-sample"), form).content.decode()
    assert "background:#1f3d2f" in sample
    assert "Fernway<br />Ridge 1<br />" in sample
    assert client.post(page, {**form, "primary": "red"}).status_code == 422
    answer = client.post(page, form)
    made = BrandKit.objects.get()
    assert answer.url == reverse("campaigns:brand-kit", kwargs={"key": made.key})
    assert made.live_version.values["markets"] == ["DE"]
    assert client.get(answer.url).status_code == 200


def test_viewers_change_no_pieces_and_editors_renew_none(client, owner, colleague, stranger):
    block = share()
    address = reverse("campaigns:shared-block", kwargs={"key": block.key})
    renew = reverse("campaigns:shared-block-renew", kwargs={"key": block.key})
    client.force_login(stranger)
    assert client.post(address, {"name": "X", "source": "Y"}).status_code == 403
    client.force_login(colleague)
    assert client.post(address, {"name": "X", "source": "Y"}).status_code == 302
    assert client.post(renew).status_code == 403
    client.force_login(owner)
    assert client.post(renew).status_code == 302
    block.refresh_from_db()
    assert (block.name, block.live_version.number) == ("X", 2)


def test_a_wrong_block_is_refused_on_its_page_with_the_line(client, owner):
    client.force_login(owner)
    form = {"name": "A", "slug": "a", "kind": "sections", "source": "<mj-section>\n<mj-text>"}
    answer = client.post(reverse("campaigns:shared-block-new"), form)
    assert (answer.status_code, SharedBlock.objects.count()) == (422, 0)
    assert "Line 2" in answer.content.decode()
