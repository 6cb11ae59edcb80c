"""Writing a template on its pages: the draft saves itself, problems have lines, publishing closes it."""

import pytest
from django.urls import reverse

from campaigns.broadcasts.models import Broadcast
from campaigns.content.editing import open_draft
from campaigns.content.models import Template, TemplateVersion, WorkingDraft
from campaigns.contracts import Channel
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from profiles.identities.models import Identity
from tests.campaigns.builders import MJML, NOW, entry, key, make_customer, make_template, make_words
from tests.campaigns.builders import publish as publish_journey
from tests.campaigns.journeys.test_engine import BOUGHT

pytestmark = pytest.mark.django_db


def address(template, name="template-edit"):
    return reverse(f"campaigns:{name}", kwargs={"key": template.key})


def known_by_mail(customer):
    """Let a person be found by their address, as one who came in by the API is."""
    Identity.objects.create(
        customer=customer, kind="email", value=customer.traits["email"], source_id=1,
        first_seen_at=NOW, last_seen_at=NOW,
    )  # fmt: skip
    return customer.traits["email"]


def save(client, template, *, htmx=True, **parts):
    draft = WorkingDraft.objects.get(template=template, locale="")
    words = {
        "subject": draft.subject, "source": draft.source, "source_format": draft.source_format,
        "seen": draft.place,
    }  # fmt: skip
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(address(template), {**words, **parts}, headers=headers)


@pytest.fixture
def template(client, owner):
    client.force_login(owner)
    made = make_template()
    client.get(address(made))
    return made


def test_a_new_template_has_a_draft_and_nothing_that_journeys_could_send(client, owner):
    client.force_login(owner)
    form = {"name": "Spring", "channel": "sms", "message_class": "marketing", "topic": "news"}
    answer = client.post(reverse("campaigns:template-new"), form)
    made = Template.objects.get(name="Spring")
    assert answer.url == address(made)
    assert (made.live_version, made.topic) == (None, "news")
    assert client.post(reverse("campaigns:template-new"), form).status_code == 422
    assert "Nothing is published yet" in client.get(address(made, "template")).content.decode()


def test_a_draft_begins_as_the_live_version_and_keeps_half_finished_words(client, template):
    draft = WorkingDraft.objects.get(template=template)
    assert (draft.subject, draft.source, draft.text) == ("{{ first_name }}, come back", MJML, "")
    answer = save(client, template, subject="Hi {{ first_na").content.decode()
    assert "Subject: Line 1" in answer
    draft.refresh_from_db()
    assert (draft.subject, draft.place) == ("Hi {{ first_na", 1)
    template.refresh_from_db()
    assert template.live_version.subject == "{{ first_name }}, come back"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("</mj-column>", "", "Line 5: &lt;/mj-section&gt; closes nothing"),
        ("we miss you", "{% if x %}", "Source: Line 5: expected tag endif"),
        ("we miss you", "{{ a | shout }}", "There is no filter “shout”"),
        ("unsubscribe_link", "leave", "needs a way to unsubscribe"),
    ],
    ids=["mjml", "liquid", "filter", "unsubscribe"],
)
def test_a_problem_is_named_by_part_and_line_and_nothing_is_published(
    client, template, old, new, expected
):
    assert expected in save(client, template, source=MJML.replace(old, new)).content.decode()
    client.post(address(template, "template-publish"))
    assert TemplateVersion.objects.filter(template=template).count() == 1
    assert WorkingDraft.objects.filter(template=template).exists()


def test_publishing_makes_the_next_version_and_closes_the_draft(client, template):
    save(client, template, subject="New words")
    client.post(address(template, "template-publish"))
    template.refresh_from_db()
    assert (template.live_version.number, template.live_version.subject) == (2, "New words")
    assert not WorkingDraft.objects.filter(template=template).exists()
    page = client.get(address(template, "template-versions")).content.decode()
    assert "- {{ first_name }}, come back" in page
    assert "+ New words" in page


def test_editors_write_and_only_publishers_publish(client, template, colleague):
    client.force_login(colleague)
    assert save(client, template, subject="Ours").status_code == 200
    assert client.post(address(template, "template-publish")).status_code == 403
    template.refresh_from_db()
    assert template.live_version.number == 1


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(client, template, colleague):
    save(client, template, subject="First")
    client.force_login(colleague)
    answer = save(client, template, subject="Second", seen=0).content.decode()
    assert "Somebody else has changed this draft" in answer
    assert WorkingDraft.objects.get(template=template).subject == "First"


def test_without_scripts_saving_leads_back_to_the_page_as_it_was_shown(client, template):
    answer = save(client, template, htmx=False, subject="Plain", show="phone")
    assert answer.url == f"{address(template)}?show=phone"
    assert WorkingDraft.objects.get(template=template).subject == "Plain"


def test_the_preview_greets_the_person_by_name_and_names_what_they_lack(client, template):
    ada, nameless = make_customer("Ada"), make_customer(None)
    mails = known_by_mail(ada), known_by_mail(nameless)
    frame = address(template, "template-draft-preview")
    page = client.get(frame, {"person": mails[0]})
    assert "Hi Ada, we miss you" in page.content.decode()
    assert "sandbox" in page.headers["Content-Security-Policy"]
    answer = save(client, template, person=mails[1]).content.decode()
    assert "This person would not get the message" in answer
    assert "missing_value:first_name" in answer


def test_viewers_of_no_personal_data_preview_with_sample_values_only(client, template, stranger):
    mail = known_by_mail(make_customer("Ada"))
    assign_role(stranger, Role.VIEWER)
    client.force_login(stranger)
    page = client.get(address(template, "template"), {"person": mail})
    assert "[first_name], come back" in page.content.decode()


def test_the_share_that_lacks_a_value_is_counted_with_its_interval(client, template):
    for name in ("Ada", "Bob", None, "Cy"):
        make_customer(name)
    text = client.get(address(template, "template-values")).content.decode()
    assert "1 of 4" in text
    assert "25%, between 5 and 70%" in text


def test_a_template_names_the_live_journeys_that_send_it(client, template):
    send = {"id": "mail", "type": "send", "template": str(template.key), "next": "out"}
    journey = publish_journey(
        entry(BOUGHT, next_="mail"), send,
        {"id": "out", "type": "exit"}, name="Hello journey",
    )  # fmt: skip
    page = client.get(address(template, "template")).content.decode()
    assert reverse("campaigns:journey", kwargs={"key": journey.key}) in page
    now = {"created_at": NOW}
    Broadcast.objects.create(key=key(7), name="Spring mail", template=template, **now)
    Broadcast.objects.create(
        key=key(8), name="Last year", template=template, status="finished", **now
    )
    page = client.get(address(template, "template")).content.decode()
    assert "Spring mail" in page
    assert "Last year" not in page
    other = make_template("Another")
    assert "Nothing sends it" in client.get(address(other, "template")).content.decode()


def test_every_channel_can_be_written(client, owner):
    client.force_login(owner)
    push = make_words("Push", Channel.PUSH, subject="Hi", url="https://shop.example/")
    page = client.get(address(push)).content.decode()
    assert 'name="fields.url"' in page
    assert "https://shop.example/" in page
    answer = client.post(
        address(push),
        {"subject": "Hello", "text": "Go", "fields.url": "", "seen": 0},
        headers={"HX-Request": "true"},
    )
    assert "Hello" in answer.content.decode()
    draft = open_draft(push, actor="user:1", now=NOW)
    assert (draft.subject, draft.fields) == ("Hello", {})
