"""Languages: who gets which words, what a version keeps, what a delivery records, where they lack."""

from dataclasses import replace

import pytest
from django.urls import reverse

from campaigns.content import translating
from campaigns.content.editing import open_draft, publish_draft
from campaigns.content.languages import report_languages
from campaigns.content.models import TemplateVersion, Translation, WorkingDraft
from campaigns.content.rules.locales import (
    BadLocale,
    is_missing,
    locale_of,
    pick_locale,
    read_locale,
)
from campaigns.content.services import publish_template
from campaigns.contracts import Channel, TemplateDraft
from campaigns.deliveries.models import Decision, Delivery
from campaigns.deliveries.services.send import send_shard
from kernel.errors import Conflict, Invalid, NotFound
from profiles.customers.models import Customer
from tests.campaigns.builders import MJML, NOW, after, make_customer, make_template, plan
from tests.campaigns.content.test_writing import address, known_by_mail
from tests.campaigns.deliveries.test_send import provider  # noqa: F401

GERMAN = MJML.replace("Hi {{ first_name }}, we miss you.", "Hallo {{ nickname }}, du fehlst uns.")
WORDS = TemplateDraft(channel=Channel.EMAIL, subject="Hi {{ first_name }}", source=MJML)
IN_GERMAN = replace(WORDS, subject="Hallo {{ first_name }}", source=GERMAN)
IN_AUSTRIA = replace(WORDS, subject="Servus {{ first_name }}")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("de", "de"), ("DE_at", "de-AT"), ("de_AT.UTF-8", "de-AT"), ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"), (" pt-br ", "pt-BR"), ("de_DE@euro", "de-DE"),
    ],
)  # fmt: skip
def test_language_tags_are_read_as_people_and_systems_write_them(text, tag):
    assert read_locale(text) == tag


@pytest.mark.parametrize("text", ["", "German", "d", "de-", "de-AT-vienna", "<b>", "de de", "-de"])
def test_what_is_no_language_tag_is_refused(text):
    with pytest.raises(BadLocale):
        read_locale(text)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("de-AT", "de-AT"), ("de-CH", "de"), ("de", "de"), ("zh-Hant-HK", "zh-Hant"),
        ("zh-Hans", ""), ("fr", ""), ("", ""), ("d", ""),
    ],
)  # fmt: skip
def test_a_person_gets_their_own_language_or_a_wider_one_or_the_default(wanted, chosen):
    assert pick_locale(wanted, ("de", "de-AT", "zh-Hant")) == chosen


@pytest.mark.parametrize(
    ("traits", "seen", "locale"),
    [
        ({"locale": "de-AT", "language": "fr"}, "en-US", "de-AT"),
        ({"language": "fr"}, "en-US", "fr"),
        ({"language": "French"}, "en_US", "en-US"),
        ({"locale": 7}, None, ""),
        ({}, "tlh-klingon", ""),
    ],
)
def test_what_is_said_of_a_language_counts_before_what_a_browser_said(traits, seen, locale):
    assert locale_of(traits, seen) == locale


@pytest.mark.parametrize(
    ("wanted", "chosen", "missing"),
    [("de-AT", "", True), ("de-AT", "de", False), ("en-GB", "", False), ("", "", False)],
)
def test_default_words_lack_nothing_for_those_who_speak_their_language(wanted, chosen, missing):
    assert is_missing(wanted, chosen=chosen, language="en-US") is missing


@pytest.fixture
def translated(db):
    made = make_template(source=MJML, subject="Hi {{ first_name }}")
    words = replace(WORDS, translations={"de": IN_GERMAN, "de_at": IN_AUSTRIA})
    publish_template(made, draft=words, actor="user:1", now=NOW)
    made.refresh_from_db()
    return made


def in_locale(locale, **traits):
    person = make_customer(**traits)
    Customer.objects.filter(pk=person.pk).update(locale=locale)
    return person


def test_each_message_is_in_the_language_of_its_person_and_records_it(translated, provider):  # noqa: F811
    people = [
        in_locale("de-CH", name="Beat", nickname="Bea"),
        in_locale("de-AT", name="Anna"),
        in_locale("fr-FR", name="Fleur"),
        in_locale("en-US", name="Urs", language="de", nickname="U"),
    ]
    sent = [plan(person, translated) for person in people]
    for shard in range(16):
        send_shard(shard, now=NOW)
    subjects = {message.key: message.subject for message in provider.got}
    assert [subjects[each.key] for each in sent] == [
        "Hallo Beat", "Servus Anna", "Hi Fleur", "Hallo Urs",
    ]  # fmt: skip
    recorded = [Delivery.objects.get(pk=each.pk).locale for each in sent]
    assert recorded == ["de", "de-AT", "", "de"]
    numbers = {each.delivery_id: each.numbers for each in Decision.objects.all()}
    assert numbers[sent[0].pk]["locale"] == "de"
    assert "locale" not in numbers[sent[2].pk]


def test_a_value_missing_in_one_language_holds_back_only_its_people(translated, provider):  # noqa: F811
    german, other = in_locale("de", name="Ida"), in_locale("nl", name="Piet")
    held, sent = plan(german, translated), plan(other, translated)
    for shard in range(16):
        send_shard(shard, now=NOW)
    held.refresh_from_db()
    sent.refresh_from_db()
    assert (held.status, held.reason, held.locale) == (
        "held_back", "missing_value:nickname", "de",
    )  # fmt: skip
    assert sent.status == "handed_over"
    assert Decision.objects.get(delivery=held).numbers["locale"] == "de"


def test_a_fault_in_one_language_names_it_and_publishes_nothing(translated):
    broken = replace(WORDS, translations={"de": replace(IN_GERMAN, subject="{{ a")})
    with pytest.raises(Invalid) as told:
        publish_template(translated, draft=broken, actor="user:1", now=NOW)
    assert told.value.field == "translations.de.subject"
    assert TemplateVersion.objects.filter(template=translated).count() == 2
    with pytest.raises(Invalid, match="no language tag"):
        publish_template(
            translated, draft=replace(WORDS, translations={"German": WORDS}), actor="u", now=NOW
        )


def test_a_draft_begins_with_all_languages_and_a_version_keeps_its_own(translated):
    open_draft(translated, actor="user:1", now=NOW)
    german = open_draft(translated, actor="user:1", now=NOW, locale="de")
    assert german.subject == "Hallo {{ first_name }}"
    translating.remove_locale(translated, "de-AT", actor="user:1", now=NOW)
    added = translating.add_locale(translated, "fr_ca", actor="user:1", now=NOW)
    assert (added.locale, added.subject) == ("fr-CA", "Hi {{ first_name }}")
    with pytest.raises(Conflict, match="“fr-CA” already"):
        translating.add_locale(translated, "fr-CA", actor="user:1", now=NOW)
    with pytest.raises(Conflict, match="default words are in “en”"):
        translating.add_locale(translated, "EN", actor="user:1", now=NOW)
    with pytest.raises(NotFound):
        translating.copy_default(translated, "ja", actor="user:1", now=NOW)
    copied = translating.copy_default(translated, "de", actor="user:1", now=NOW)
    assert (copied.subject, copied.place) == ("Hi {{ first_name }}", 1)
    before = translated.live_version_id
    version = publish_draft(translated, actor="user:1", now=after(minutes=1))
    assert locales_of(version.pk) == ["de", "fr-CA"]
    assert locales_of(before) == ["de", "de-AT"]
    assert not WorkingDraft.objects.exists()


def locales_of(version_id):
    rows = Translation.objects.filter(version_id=version_id).order_by("locale")
    return list(rows.values_list("locale", flat=True))


def test_the_editor_has_a_tab_for_each_language(client, owner, translated):
    client.force_login(owner)
    editor = address(translated)
    page = client.get(f"{editor}?locale=de").content.decode()
    assert "Hallo {{ first_name }}" in page
    assert f'href="{editor}?locale=de-AT"' in page
    answer = client.post(address(translated, "template-locale-add"), {"locale": "nl"})
    assert answer.url == f"{editor}?locale=nl"
    seen = {"seen": 0, "source": MJML, "source_format": "mjml", "subject": "Hoi {{ first_"}
    saved = client.post(f"{editor}?locale=nl", seen, headers={"HX-Request": "true"})
    assert "Subject: Line 1" in saved.content.decode()
    answer = client.post(address(translated, "template-publish"))
    assert f'href="{editor}?locale=nl">nl, Subject' in answer.content.decode()
    answer = client.post(address(translated, "template-locale-remove"), {"locale": "nl"})
    assert answer.url == editor
    assert client.get(f"{editor}?locale=nl").url == editor


def test_a_preview_shows_the_words_that_the_person_gets(client, owner, translated):
    client.force_login(owner)
    mail = known_by_mail(in_locale("de-CH", name="Beat", nickname="Bea"))
    page = client.get(address(translated, "template"), {"person": mail}).content.decode()
    assert "Hallo Beat" in page
    assert "in “de”" in page
    frame = client.get(address(translated, "preview"), {"person": mail}).content.decode()
    assert "du fehlst uns" in frame
    page = client.get(address(translated, "template"), {"locale": "de-AT"}).content.decode()
    assert "Servus [first_name]" in page
    page = client.get(address(translated), {"person": mail}).content.decode()
    assert "Their language leads to “de”" in page


def test_the_report_counts_who_gets_default_words_for_want_of_their_language(
    client, owner, translated
):
    for locale in ("de-AT", "fr-FR", "fr-CA", "en-GB", None):
        in_locale(locale)
    make_template("Plain")
    report = report_languages(segment=None, now=NOW)
    assert (report.asked, report.unknown) == (5, 1)
    found = {each.template.name: each for each in report.templates}
    assert [each.template.name for each in report.templates] == ["Plain", "Win back"]
    assert [(one.language, one.people) for one in found["Win back"].lacking] == [("fr", 2)]
    assert [(one.language, one.people) for one in found["Plain"].lacking] == [("fr", 2), ("de", 1)]
    assert found["Win back"].share_text == "40%, between 12 and 77%"
    client.force_login(owner)
    page = client.get(reverse("campaigns:template-languages")).content.decode()
    assert "3 of 5" in page
