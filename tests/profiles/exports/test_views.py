"""The pages of exports: asked for with the filters of the list, downloaded, given up."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from profiles.exports import queries
from profiles.exports.services import making
from profiles.models import Export, PersonName
from tests.profiles.exports.test_exports import Caller, names, person, wish

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
LIST = reverse("profiles:exports")


def ask(client, **fields):
    return client.post(reverse("profiles:export_new"), {"what": "people", "form": "csv", **fields})


def test_a_file_is_asked_for_shown_and_downloaded(client, colleague):
    person("Ada")
    client.force_login(colleague)
    assert ask(client).url == LIST
    export = Export.objects.get()
    page = client.get(LIST).content.decode()
    assert ("Waiting" in page, "every 2s" in page, colleague.email in page) == (True, True, True)
    assert client.get(reverse("profiles:export_download", args=[export.key])).status_code == 404
    making.make_exports(now=NOW)
    page = client.get(LIST).content.decode()
    assert ("Ready" in page, "every 2s" in page) == (True, False)
    answer = client.get(reverse("profiles:export_download", args=[export.key]))
    assert b",Ada,ada@example.com," in gzip.decompress(b"".join(answer.streaming_content))
    deeds = AuditEntry.objects.filter(object_type="export").order_by("id")
    assert [(one.verb, one.actor) for one in deeds] == [
        ("exported", f"user:{colleague.pk}"), ("downloaded", f"user:{colleague.pk}"),
    ]  # fmt: skip


def test_the_list_of_people_hands_over_its_filters(client, colleague):
    client.force_login(colleague)
    page = client.get(reverse("profiles:list"), {"seen": "7", "known": "yes"}).content.decode()
    link = f"{reverse('profiles:export_new')}?seen=7&amp;known=yes"
    assert link in page
    form = client.get(link.replace("&amp;", "&")).content.decode()
    assert '<option value="7" selected>' in form
    assert '<option value="yes" selected>' in form


def test_a_file_holds_whom_the_filters_leave(client, colleague):
    ada, old = person("Ada"), person("Old")
    old.last_seen_at = NOW - timedelta(days=8)
    old.save(update_fields=["last_seen_at"])
    nobody = person("Nobody")
    nobody.identities.all().delete()
    client.force_login(colleague)
    assert ask(client, seen="7", known="yes", form="jsonl").status_code == 302
    making.make_exports(now=NOW)
    export = Export.objects.get()
    with default_storage.open(export.file_name(export.turn)) as file:
        text = gzip.decompress(file.read()).decode()
    assert [str(one.key) in text for one in (ada, old, nobody)] == [True, False, False]


def test_a_file_holds_whom_the_search_of_the_list_finds(client, colleague):
    people = [person(name) for name in ("Lovelace", "Lovelock", "Ben")]
    for one in people:
        PersonName.objects.create(customer_id=one.pk, text=one.traits["name"].lower())
    client.force_login(colleague)
    page = client.get(reverse("profiles:list"), {"q": "lovelac"})
    assert f"{reverse('profiles:export_new')}?q=lovelac" in page.content.decode()
    assert ask(client, q="lovelac", form="jsonl").status_code == 302
    assert ask(client, q="ben@example.com", form="jsonl").status_code == 302
    person("Lovelacy")
    making.make_exports(now=NOW)
    by_name, by_id = Export.objects.order_by("id")
    seen = {row.name for row in page.context["people"]}
    assert seen == set(names(by_name)) == {"Lovelace", "Lovelock"}
    assert names(by_id) == ["Ben"]
    deed = AuditEntry.objects.filter(object_type="export").earliest("id")
    assert (deed.after["found"], "lovelac" in str(deed.after)) == (2, False)
    assert "2 found by a search" in client.get(LIST).content.decode()


def test_a_search_that_finds_nobody_makes_no_file(client, colleague):
    person("Ada")
    client.force_login(colleague)
    answer = ask(client, q="nobody@example.com")
    assert list(answer.context["form"].errors) == ["q"]
    body = {"what": "people", "format": "csv", "search": "nobody@example.com"}
    refused = Caller(Role.EDITOR).ask(body)
    assert refused.json()["errors"][0]["path"] == "search"
    assert not Export.objects.exists()


def test_what_cannot_be_made_is_said_at_its_field(client, colleague):
    client.force_login(colleague)
    answer = ask(client, since="2026-01-01T00:00")
    assert (answer.status_code, Export.objects.count()) == (422, 0)
    assert answer.context["form"].errors["since"] == [
        "People have no from. Leave it out, or ask for touchpoints."
    ]
    backward = ask(client, what="touchpoints", since="2026-01-02T00:00", until="2026-01-01T00:00")
    assert list(backward.context["form"].errors) == ["until"]


def test_viewers_reach_none_of_it(client, stranger):
    assign_role(stranger, Role.VIEWER)
    export = wish()
    making.make_exports(now=NOW)
    client.force_login(stranger)
    pages = [
        LIST,
        reverse("profiles:export_new"),
        reverse("profiles:export_download", args=[export.key]),
    ]
    assert [client.get(url).status_code for url in pages] == [403, 403, 403]
    assert client.post(reverse("profiles:export_delete", args=[export.key])).status_code == 403
    export.refresh_from_db()
    assert export.status == "ready"


def test_a_deleted_export_leaves_no_file_and_stops_who_is_at_work(client, colleague):
    ready, running = wish(), wish()
    queries.claim_export(now=NOW, lease=NOW + timedelta(hours=1), most_tries=5)
    at_work = Export.objects.get(pk=ready.pk)
    client.force_login(colleague)
    for _ in range(2):
        client.post(reverse("profiles:export_delete", args=[ready.key]))
    assert not queries.renew(at_work, lease=NOW)
    assert making.make_exports(now=NOW) == 1
    running.refresh_from_db()
    assert running.status == "ready"
    client.post(reverse("profiles:export_delete", args=[running.key]))
    assert not default_storage.exists(running.file_name(running.turn))
    states = Export.objects.order_by("id").values_list("status", flat=True)
    assert list(states) == ["deleted", "deleted"]
    assert AuditEntry.objects.filter(object_type="export", verb="deleted").count() == 2
    assert making.make_exports(now=NOW + timedelta(hours=2)) == 0


def test_the_api_lists_pages_and_deletes():
    first, second = wish(), wish(is_known=True)
    editor = Caller(Role.EDITOR)
    page = client_get("/api/v1/exports/?limit=1", editor)
    assert [(row["key"], row["known"]) for row in page["results"]] == [(str(second.key), True)]
    rest = client_get(page["next"], editor)
    assert ([row["key"] for row in rest["results"]], rest["next"]) == ([str(first.key)], None)
    gone = Client().delete(f"/api/v1/exports/{first.key}/", headers=editor.headers)
    viewer = Caller(Role.VIEWER).headers
    kept = Client().delete(f"/api/v1/exports/{second.key}/", headers=viewer)
    assert (gone.status_code, kept.status_code) == (204, 403)
    states = Export.objects.order_by("id").values_list("status", flat=True)
    assert list(states) == ["deleted", "waiting"]


def client_get(url, caller):
    return Client().get(url, headers=caller.headers).json()
