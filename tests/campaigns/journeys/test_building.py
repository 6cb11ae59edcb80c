from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.content.models import Template
from campaigns.journeys.models import Journey, JourneyDraft, JourneyVersion
from campaigns.journeys.rules.documents import targets
from campaigns.journeys.services.drafting import KEPT_EDITS, edit_draft, shown_edit, start_draft
from campaigns.journeys.services.publish import create_journey
from kernel.access.roles import Role
from kernel.access.staff import assign_role
from tests.campaigns.builders import NOW, make_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client, colleague):
    client.force_login(colleague)
    return client


def new(editor, sample=""):
    answer = editor.post(reverse("campaigns:journey-new"), {"name": "Cart", "sample": sample})
    assert answer.status_code == 302, answer.content
    return Journey.objects.get(name="Cart")


def edit(editor, journey, op, **fields):
    url = reverse("campaigns:journey-edit", kwargs={"key": journey.key})
    return editor.post(url, {"op": op, **fields}, headers={"HX-Request": "true"})


def nodes(journey):
    return {n["id"]: n for n in shown_edit(journey.draft).definition["nodes"]}


def ways(journey):
    journey.refresh_from_db()
    return {name: targets(node) for name, node in nodes(journey).items()}


def test_the_abandoned_cart_is_built_from_nothing_and_published(editor, owner):
    template = make_template()
    journey = new(editor)
    edit(editor, journey, "change", node="entry", kind_0="touchpoint", event_0="Product Added",
         match_0="price at least 20", reentry="after_exit", starts="future", note="")  # fmt: skip
    edit(editor, journey, "add", type="wait", source="entry", slot="next")
    edit(editor, journey, "change", node="wait", amount="2", unit="3600", note="")
    edit(editor, journey, "add", type="condition", source="wait", slot="next")
    edit(
        editor,
        journey,
        "change",
        node="condition",
        event="Order Completed",
        match="",
        at_least="1",
        note="",
    )
    edit(editor, journey, "add", type="send", source="condition", slot="no")
    edit(
        editor,
        journey,
        "change",
        node="send",
        template=str(template.key),
        priority="1",
        note="Hello",
    )
    url = reverse("campaigns:journey-publish", kwargs={"key": journey.key})
    assert editor.post(url).status_code == 403
    assert not JourneyVersion.objects.exists()
    editor.force_login(owner)
    assert editor.post(url).status_code == 302
    version = JourneyVersion.objects.get()
    built = {node["id"]: node for node in version.definition["nodes"]}
    assert built["entry"]["triggers"][0]["match"] == [
        {"property": "price", "is": "at_least", "value": 20}
    ]
    assert built["wait"]["seconds"] == 7200
    assert (built["condition"]["yes"], built["condition"]["no"]) == ("exit", "send")
    assert built["send"]["note"] == "Hello"
    assert not JourneyDraft.objects.exists()


def test_undo_and_redo_walk_through_the_edits_and_a_new_edit_forgets_what_was_undone(editor):
    journey = new(editor)
    edit(editor, journey, "add", type="wait", source="entry", slot="next")
    assert ways(journey)["entry"] == ["wait"]
    edit(editor, journey, "undo")
    assert ways(journey)["entry"] == ["exit"]
    edit(editor, journey, "undo")
    edit(editor, journey, "redo")
    assert ways(journey)["entry"] == ["wait"]
    edit(editor, journey, "undo")
    edit(editor, journey, "add", type="send", source="entry", slot="next")
    edit(editor, journey, "redo")
    assert ways(journey)["entry"] == ["send"]


def test_only_the_last_edits_are_kept(editor):
    journey = create_journey("Long", key=uuid4(), actor="user:1", now=NOW)
    draft = start_draft(journey, {"nodes": [], "n": 0}, actor="user:1", now=NOW)
    for number in range(KEPT_EDITS + 20):
        edit_draft(draft, lambda d, n=number: {**d, "n": n + 1}, label="n", actor="user:1", now=NOW)
    draft.refresh_from_db()
    assert shown_edit(draft).definition["n"] == KEPT_EDITS + 20
    assert draft.edits.count() == KEPT_EDITS + 1


def test_a_wrong_field_is_told_and_nothing_changes(editor):
    journey = new(editor)
    edit(editor, journey, "add", type="wait", source="entry", slot="next")
    before = nodes(journey)
    answer = edit(editor, journey, "change", node="wait", amount="soon", unit="60", note="")
    assert answer.status_code == 422
    assert "Enter a number." in answer.content.decode()
    assert nodes(journey) == before


def test_an_edit_of_a_step_that_is_gone_is_refused_in_words(editor):
    journey = new(editor)
    answer = edit(editor, journey, "remove", node="nothing")
    assert answer.status_code == 422
    assert "This step is gone" in answer.content.decode()
    answer = edit(editor, journey, "remove", node="exit")
    assert "needs one exit" in answer.content.decode()


def test_every_sample_opens_with_its_problems_and_links_to_the_steps(editor):
    journey = new(editor, sample="abandoned_cart")
    url = reverse("campaigns:journey-build", kwargs={"key": journey.key})
    page = editor.get(url).content.decode()
    assert "3 to fix before publishing" in page
    assert f"{url}?node=push" in page
    assert page.count("Choose the template to send.") == 3
    step = editor.get(url, {"node": "two_hours"}).content.decode()
    assert 'name="amount" value="2"' in step


def test_a_published_template_that_is_gone_is_a_problem(editor):
    template = make_template()
    journey = new(editor)
    edit(editor, journey, "add", type="send", source="entry", slot="next")
    edit(editor, journey, "change", node="send", template=str(template.key), priority="0", note="")
    Template.objects.update(live_version=None)
    page = editor.get(reverse("campaigns:journey-publish", kwargs={"key": journey.key}))
    assert "gone or was never published" in page.content.decode()


def test_the_review_says_what_changes_and_who_is_inside(editor):
    journey = new(editor)
    url = reverse("campaigns:journey-publish", kwargs={"key": journey.key})
    page = editor.get(url).content.decode()
    assert "Nobody is inside." in page
    assert "Publishing needs the role publisher" in page


def test_viewers_and_strangers_cannot_build(client, colleague, stranger):
    journey = create_journey("Cart", key=uuid4(), actor="user:1", now=timezone.now())
    url = reverse("campaigns:journey-build", kwargs={"key": journey.key})
    assert client.get(url).status_code == 302
    assign_role(colleague, Role.VIEWER)
    for person in (stranger, colleague):
        client.force_login(person)
        assert client.get(url).status_code == 403
        assert edit(client, journey, "undo").status_code == 403
    assert not JourneyDraft.objects.exists()


def test_an_edit_on_a_draft_that_somebody_else_has_changed_is_not_done(editor, owner):
    journey = new(editor)
    url = reverse("campaigns:journey-edit", kwargs={"key": journey.key})
    add = {"op": "add", "type": "wait", "source": "entry", "slot": "next"}
    assert editor.post(f"{url}?seen=0", add).status_code == 302
    assert editor.post(f"{url}?seen=0", add).status_code == 302
    editor.force_login(owner)
    before = ways(journey)
    late = editor.post(f"{url}?seen=1", add)
    assert late.status_code == 422
    assert "Somebody else has changed this draft" in late.content.decode()
    assert ways(journey) == before
    assert editor.post(f"{url}?seen=2", add).status_code == 302
    assert len(ways(journey)) == len(before) + 1


def test_every_sample_is_drawn_small_and_lacks_only_what_must_be_chosen(editor):
    page = editor.get(reverse("campaigns:journey-new")).content.decode()
    assert page.count("samples__picture") == 5
    assert "Browse help, then a tutorial" in page
