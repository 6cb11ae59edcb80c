"""Pages of static lists: people from a field and a file, freezing, comparing two segments."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from profiles.models import Segment
from profiles.segments.forms.people import read_people
from profiles.segments.selectors import overlapping
from profiles.segments.services.listing import create_list
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_refreshing import live, members, person, plan_is

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client, colleague):
    assign_role(colleague, Role.EDITOR)
    client.force_login(colleague)
    return client


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ada\n\n ben \n", ["ada", "ben"]),
        ("name,email\nAda,ada@example.com\nBen\n", ["ada@example.com"]),
        ("x,y\n1,2\n", ["x", "1"]),
        ("", []),
    ],
)
def test_people_are_read_from_the_column_that_names_them(text, names):
    assert read_people(text) == names


def test_a_list_is_made_from_a_field_and_a_file_and_says_whom_nobody_knows(editor):
    ada, ben = person("ada"), person("ben", email="ben@example.com")
    upload = SimpleUploadedFile("people.csv", b"email\nben@example.com\nwho@example.com\n")
    given = {"name": "VIP", "people": "ada", "file": upload}
    page = editor.post(reverse("profiles:segment-list-new"), given, follow=True).content.decode()
    made = Segment.objects.get(name="VIP")
    assert members(made) == [ada, ben]
    assert "Nobody is known as who@example.com" in page
    assert "Static list." in page
    url = reverse("profiles:segment-people", args=[made.key])
    editor.post(url, {"people": "ada", "step": "remove"})
    assert members(made) == [ben]
    again = editor.post(reverse("profiles:segment-list-new"), {"name": "VIP"})
    assert (again.status_code, "already" in again.content.decode()) == (422, True)
    binary = SimpleUploadedFile("people.csv", b"\xff\xfe\x00")
    editor.post(url, {"file": binary, "step": "add"})
    assert members(made) == [ben]


def test_a_segment_is_frozen_and_taken_into_a_list_by_buttons(editor):
    ada = person("ada", plan="pro", firstName="Ada", lastName="Lovelace")
    pro = live("Pro", plan_is("pro"))
    page = editor.get(reverse("profiles:segment", args=[pro.key])).content.decode()
    assert "Ada Lovelace" in page
    page = editor.post(reverse("profiles:segment-snapshot", args=[pro.key]), follow=True)
    assert "holds who was in at this moment: 1." in page.content.decode()
    some = create_list(name="Some", now=NOW)
    editor.post(reverse("profiles:segment-take", args=[some.key]), {"source": str(pro.key)})
    assert members(some) == [ada]
    listed = editor.get(reverse("profiles:segments")).content.decode()
    assert listed.count("static list</span>") == 2


def test_a_list_grows_by_a_rule_on_its_page_and_shows_names_to_those_who_may_see_them(
    client, colleague
):
    assign_role(colleague, Role.ADMIN)
    client.force_login(colleague)
    ada = person("ada", plan="pro", firstName="Ada", lastName="Lovelace")
    person("ben", plan="free")
    some = create_list(name="Some", now=NOW)
    url = reverse("profiles:segment-query", args=[some.key])
    assert url in client.get(reverse("profiles:segment", args=[some.key])).content.decode()
    rule = {"match": "all", "0.kind": "trait", "0.key": "plan", "0.op": "text:is", "0.value": "pro"}
    counted = client.post(url, rule | {"step": "refresh"}).content.decode()
    assert ("exact, of 2 people" in counted, members(some)) == (True, [])
    empty = client.post(url, rule | {"0.value": "", "step": "take"})
    assert (empty.status_code, members(some)) == (422, [])
    page = client.post(url, rule | {"step": "take"}, follow=True).content.decode()
    assert "New on the list: 1 of the 1 who match." in page
    assert ("Ada Lovelace" in page, members(some)) == (True, [ada])
    assign_role(colleague, Role.VIEWER)
    page = client.get(reverse("profiles:segment", args=[some.key])).content.decode()
    assert ("Ada" in page, "Person " in page) == (False, True)


def test_two_segments_are_compared_exactly_or_by_a_labeled_estimate(editor, monkeypatch):
    for name, plan, city in (("a", "pro", "x"), ("b", "pro", "y"), ("c", "free", "x")):
        person(name, plan=plan, city=city)
    pro = live("Pro", plan_is("pro"))
    city = live("City", {**plan_is("x"), "key": "city"})
    url = reverse("profiles:segment-overlap", args=[pro.key])
    page = editor.get(url, {"with": str(city.key)}).content.decode()
    assert "Counted exactly" in page
    first, second = Segment.objects.get(pk=pro.id), Segment.objects.get(pk=city.id)
    found = overlapping.compare_segments(first, second)
    assert [one.number for one in (found.both, found.only_first, found.only_second)] == [1, 1, 1]
    monkeypatch.setattr(overlapping, "_MOST_EXACT", 0)
    guess = overlapping.compare_segments(first, second)
    assert (guess.both.is_exact, guess.both.number) == (False, 1)
    assert guess.both.low < 1 < guess.both.high
    assert "95% interval" in editor.get(url, {"with": str(city.key)}).content.decode()
