"""Merges and duplicates by the REST API, and the filters of the list of people."""

from datetime import UTC, datetime

import pytest

from kernel.access.roles import Role
from profiles.duplicates.services import look_for_duplicates
from profiles.models import Customer, Duplicate, Merge
from tests.profiles.collecting import Sender
from tests.profiles.directory.test_api import Caller


@pytest.fixture
def pair(sender: Sender) -> tuple[str, str]:
    sender.deliver(
        {"type": "identify", "userId": "u1", "traits": {"email": "ada@example.com", "plan": "a"}},
        {"type": "identify", "userId": "u2", "traits": {"email": "ada+x@example.com", "plan": "b"}},
        {"type": "track", "anonymousId": "a1", "event": "Seen"},
    )
    one = Customer.objects.get(traits__plan="a")
    return str(one.key), str(Customer.objects.get(traits__plan="b").key)


def test_a_merge_is_previewed_made_once_listed_and_undone(pair):
    publisher, viewer = Caller(Role.PUBLISHER), Caller(Role.VIEWER)
    body = {"winner": pair[0], "loser": pair[1], "reason": "Called Ada."}
    shown = viewer.ask(f"merges/preview/?winner={pair[0]}&loser={pair[1]}").json()
    assert (shown["identifiers"], shown["touchpoints"]) == (2, 1)
    assert shown["changed_traits"] == ["email", "plan"]
    assert viewer.ask("merges/", "post", body).status_code == 403
    answers = [publisher.ask("merges/", "post", body, **{"Idempotency-Key": "k"}) for _ in "ab"]
    assert [answer.status_code for answer in answers] == [201, 201]
    [merge] = Merge.objects.all()
    [row] = viewer.ask(f"merges/?customer={pair[0]}").json()["results"]
    assert (row["id"], row["loser"], row["reason"]) == (merge.id, pair[1], None)
    undone = publisher.ask(f"merges/{merge.id}/undo/", "post")
    assert undone.json()["undone_at"] is not None
    assert publisher.ask(f"merges/{merge.id}/undo/", "post").status_code == 404


@pytest.mark.parametrize("change", [{"loser": "nobody"}, {"reason": ""}, {"loser": None}])
def test_a_merge_of_nobody_or_without_reason_is_refused(pair, change):
    body = {"winner": pair[0], "loser": pair[1], "reason": "R", **change}
    assert Caller(Role.PUBLISHER).ask("merges/", "post", body).status_code == 422
    assert Merge.objects.count() == 0


def test_duplicates_are_listed_and_dismissed(pair):
    look_for_duplicates(now=datetime.now(UTC))
    editor, publisher, viewer = Caller(Role.EDITOR), Caller(Role.PUBLISHER), Caller(Role.VIEWER)
    [row] = editor.ask("duplicates/").json()["results"]
    assert ({row["one"]["key"], row["other"]["key"]}, row["evidence"]) == (
        set(pair), ["email_alike"],
    )  # fmt: skip
    assert "ada" not in viewer.ask("duplicates/").content.decode()
    assert editor.ask(f"duplicates/{row['id']}/dismiss/", "post").status_code == 403
    assert publisher.ask(f"duplicates/{row['id']}/dismiss/", "post").status_code == 200
    assert Duplicate.objects.get().state == "dismissed"
    assert editor.ask("duplicates/").json()["results"] == []


def test_people_are_filtered_by_known_and_segment(pair):
    editor = Caller(Role.EDITOR)
    assert len(editor.ask("customers/?known=yes").json()["results"]) == 2
    assert len(editor.ask("customers/?known=no").json()["results"]) == 1
    assert editor.ask("customers/?known=maybe").status_code == 422
    assert editor.ask("customers/?segment=nothing").status_code == 422
