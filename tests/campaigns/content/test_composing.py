"""Composing an e-mail of blocks on its page: from an empty one to what is sent, and back again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from campaigns.content import composing
from campaigns.content.models import DraftEdit, Template, WorkingDraft
from campaigns.content.rules import document_edits as edits
from campaigns.content.rules.document_edits import Place
from campaigns.content.selectors import get_compiled_words
from kernel.errors import Conflict
from tests.campaigns.builders import NOW
from tests.campaigns.content.test_document import shape
from tests.campaigns.content.test_shared import brand, said, share
from tests.campaigns.content.test_writing import address

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def template(client, owner):
    client.force_login(owner)
    form = {
        "name": "Spring", "channel": "email", "message_class": "marketing", "made_of": "blocks",
    }  # fmt: skip
    client.post(reverse("campaigns:template-new"), form)
    return Template.objects.get(name="Spring")


def draft_of(template):
    return WorkingDraft.objects.get(template=template, locale="")


def document(template):
    return composing.document_of(draft_of(template))


def press(client, template, op, *, chosen="", htmx=True, seen=None, **fields):
    """Press a button of the composer; without an operation it is typing."""
    posted = {"chosen": chosen, "seen": draft_of(template).place if seen is None else seen}
    posted |= {"op": op} if op else {}
    posted |= (
        {"panel": "1", **{f"block-{name}": value for name, value in fields.items()}}
        if fields
        else {}
    )
    headers = HTMX if htmx else {}
    return client.post(address(template, "template-compose"), posted, headers=headers)


def test_from_an_empty_mail_to_a_published_one(client, template):
    page = client.get(address(template)).content.decode()
    assert "No blocks yet" in page
    answer = press(client, template, "add:heading").content.decode()
    assert 'value="choose:b1" id="choose-b1" aria-current="true"' in answer
    assert "autofocus" in answer
    press(client, template, "", chosen="b1", text="Hi {{ first_name }}", level="1", align="left")
    press(client, template, "add:button", chosen="b1")
    press(
        client,
        template,
        "save",
        chosen="b2",
        label="Go",
        href="https://a.example/",
        look="filled",
        align="left",
    )
    brand(footer="Shop\nRidge 1")
    subject = {"subject": "Spring", "seen": draft_of(template).place}
    client.post(address(template), subject, headers=HTMX)
    assert shape(document(template)) == ["b1", "b2"]
    client.post(address(template, "template-publish"))
    template.refresh_from_db()
    assert template.live_version.source_format == "blocks"
    html = said(template).html
    assert "Hi [first_name]" in html
    assert 'href="https://a.example/"' in html
    assert "Unsubscribe" in html
    assert "<br" not in said(template).text
    assert get_compiled_words(template.live_version_id).paths == (
        "consent.preferences_link", "first_name",
    )  # fmt: skip
    client.get(address(template))
    assert shape(document(template)) == ["b1", "b2"]


def test_words_that_are_being_typed_are_kept_by_every_button(client, template):
    press(client, template, "add:text")
    press(client, template, "add:divider", chosen="b1", text="Typed just now", align="left")
    assert document(template).blocks[0].text == "Typed just now"
    assert shape(document(template)) == ["b1", "b2"]


def test_typing_leaves_the_panel_alone_and_brings_preview_and_outline(client, template):
    press(client, template, "add:text")
    answer = press(
        client, template, "", chosen="b1", text="New words", align="left"
    ).content.decode()
    assert 'id="outline" aria-label="Blocks from top to bottom" hx-swap-oob="true"' in answer
    assert 'id="result"' in answer
    assert 'id="blocks"' not in answer


def test_edits_are_undone_and_redone_and_typing_is_one_edit(client, template):
    press(client, template, "add:text")
    for words in ("N", "Ne", "New"):
        press(client, template, "", chosen="b1", text=words, align="left")
    assert [edit.label for edit in DraftEdit.objects.order_by("place")] == [
        "Start", "Add Text", "Change Text (b1)",
    ]  # fmt: skip
    press(client, template, "undo", chosen="b1")
    assert document(template).blocks[0].text == "Write here."
    press(client, template, "undo", chosen="b1")
    assert document(template).blocks == []
    press(client, template, "undo")
    for _ in range(2):
        press(client, template, "redo")
    assert document(template).blocks[0].text == "New"
    press(client, template, "undo")
    press(client, template, "add:divider")
    press(client, template, "redo")
    assert [block.kind for block in document(template).blocks] == ["text", "divider"]


def test_only_the_last_hundred_edits_are_kept(template):
    draft = draft_of(template)
    for number in range(composing.KEPT_EDITS + 5):
        now = NOW + timedelta(minutes=number)
        draft = composing.compose(
            draft, lambda document: edits.add_block(document, "divider", Place())[0]
            if len(document.blocks) < 50 else edits.remove_block(document, document.blocks[0].id),
            label=f"Edit {number}", seen=draft.place, actor="user:1", now=now,
        )  # fmt: skip
    assert draft.edits.count() == composing.KEPT_EDITS
    assert composing.can_step(draft, -1)


def test_what_somebody_else_composed_meanwhile_is_not_overwritten(client, template, colleague):
    press(client, template, "add:text")
    client.force_login(colleague)
    answer = press(client, template, "add:divider", seen=0).content.decode()
    assert "Somebody else has changed this draft" in answer
    assert shape(document(template)) == ["b1"]
    with pytest.raises(Conflict):
        composing.step_through_edits(
            draft_of(template), -1, seen=0, actor=f"user:{colleague.pk}", now=NOW
        )


def test_a_wrong_field_is_named_and_nothing_is_saved(client, template):
    press(client, template, "add:spacer")
    answer = press(client, template, "", chosen="b1", height="9999").content.decode()
    assert "Height, pixels: Ensure this value is less than or equal to 200." in answer
    assert document(template).blocks[0].height == 24
    assert press(client, template, "up", chosen="b9").status_code == 200


def test_blocks_go_into_columns_move_and_are_removed(client, template):
    press(client, template, "add:columns")
    client.post(
        address(template, "template-compose"),
        {"chosen": "b1", "seen": draft_of(template).place, "op": "into:2", "into": "text"},
        headers=HTMX,
    )
    assert shape(document(template)) == [["b1", [], ["b2"]]]
    press(client, template, "up", chosen="b2")
    assert shape(document(template)) == [["b1", ["b2"], []]]
    press(client, template, "count:3", chosen="b1")
    press(client, template, "copy", chosen="b1")
    press(client, template, "remove", chosen="b1")
    assert shape(document(template)) == [["b3", ["b4"], [], []]]


def test_a_shared_block_in_a_document_is_kept_with_its_version(client, template):
    share(source="Open till six")
    press(client, template, "add:shared")
    press(client, template, "save", chosen="b1", slug="hours")
    client.post(
        address(template), {"subject": "Hi", "seen": draft_of(template).place}, headers=HTMX
    )
    client.post(address(template, "template-publish"))
    template.refresh_from_db()
    assert template.live_version.blocks["hours"]["number"] == 1
    assert "Open till six" in said(template).html


def test_a_fault_in_a_block_names_the_block(client, template):
    press(client, template, "add:heading")
    press(client, template, "add:text", chosen="b1")
    client.post(
        address(template), {"subject": "Hi", "seen": draft_of(template).place}, headers=HTMX
    )
    answer = press(client, template, "", chosen="b2", text="{{ a | shout }}", align="left")
    assert "There is no filter “shout”" in answer.content.decode()
    answer = press(client, template, "", chosen="b2", text="{% if x %}", align="left")
    assert "Text (b2)" in answer.content.decode()


def test_blocks_become_mjml_after_a_warning_and_only_one_way(client, template):
    press(client, template, "add:heading")
    warning = client.get(address(template, "template-to-mjml")).content.decode()
    assert "There is no way back to blocks" in warning
    assert draft_of(template).source_format == "blocks"
    client.post(address(template, "template-to-mjml"))
    draft = draft_of(template)
    assert (draft.source_format, draft.source[:6], draft.edits.count()) == ("mjml", "<mjml>", 0)
    assert "<h1" in draft.source
    page = client.get(address(template)).content.decode()
    assert 'name="source"' in page
    assert press(client, template, "add:text").status_code == 302


def test_without_scripts_a_button_leads_back_to_its_block(client, template):
    answer = press(client, template, "add:text", htmx=False)
    assert answer.url == f"{address(template)}?show=desktop&block=b1"
    assert 'name="block-text"' in client.get(answer.url).content.decode()


def test_viewers_compose_nothing(client, template, stranger):
    client.force_login(stranger)
    assert press(client, template, "add:text").status_code == 403
    assert client.get(address(template, "template-to-mjml")).status_code == 403
