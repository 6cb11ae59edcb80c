"""Mappings and deliveries by REST."""

from kernel.access.roles import Role
from profiles.models import Webhook
from tests.profiles.directory.test_api import Caller
from tests.profiles.webhooks.providing import Provider


def path(provider: Provider, name: str = "mapping") -> str:
    return f"sources/{provider.webhook.source.key}/{name}/"


def test_a_publisher_reads_and_replaces_a_mapping(plain: Provider):
    publisher = Caller(Role.PUBLISHER)
    before = publisher.ask(path(plain))
    assert before.json() == {"mapping": plain.mapping, "version": 1}
    changed = {"rules": [{**plain.mapping["rules"][0], "event": "Always"}]}
    match = {"If-Match": before.headers["ETag"]}
    saved = publisher.ask(path(plain), "put", {"mapping": changed}, **match)
    assert saved.json() == {"mapping": changed, "version": 2}
    assert publisher.ask(path(plain), "put", {"mapping": changed}, **match).status_code == 412
    same = publisher.ask(
        path(plain), **{"If-None-Match": publisher.ask(path(plain)).headers["ETag"]}
    )
    assert same.status_code == 304


def test_a_mapping_that_cannot_be_used_names_every_problem(plain: Provider):
    broken = {"rules": [{"event": "$..a", "identities": {}}]}
    answer = Caller(Role.PUBLISHER).ask(path(plain), "put", {"mapping": broken})
    assert answer.status_code == 422
    found = [error["message"] for error in answer.json()["errors"]]
    assert [text.partition(":")[0] for text in found] == [
        "rules[0].event.path", "rules[0].identities",
    ]  # fmt: skip
    assert Webhook.objects.get().mapping_version == 1


def test_editors_read_mappings_but_do_not_replace_them(plain: Provider):
    editor = Caller(Role.EDITOR)
    assert editor.ask(path(plain)).status_code == 200
    assert editor.ask(path(plain), "put", {"mapping": plain.mapping}).status_code == 403
    assert Webhook.objects.get().mapping_version == 1


def test_the_last_requests_are_listed_without_what_they_say(plain: Provider):
    plain.deliver({"who": "u1", "what": "Paid", "id": 1, "total": "much"})
    answer = Caller(Role.VIEWER).ask(path(plain, "deliveries")).json()["results"]
    assert [(row["outcome"], row["field"]) for row in answer] == [
        ("quarantined", "rules[0].properties.total")
    ]
    assert "u1" not in str(answer)


def test_a_source_that_is_no_webhook_has_no_mapping(plain: Provider):
    for key in ("none", "00000000-0000-0000-0000-000000000001"):
        assert Caller(Role.VIEWER).ask(f"sources/{key}/mapping/").status_code == 404
