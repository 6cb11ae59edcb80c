"""Uploads by REST: sent, mapped, checked, started; who may what; problems in pages."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kernel.access.api_keys import issue_api_key
from kernel.access.roles import Role
from profiles.imports.services.working import work_uploads
from profiles.models import Customer, Upload
from profiles.touchpoints.services.draining import drain_inbox

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
CSV = b"id,email,spent\n1,ada@example.com,12\n2,nobody,7\n3,cy@example.com,3\n"
COLUMNS = [
    {"column": "id", "use": "user_id"}, {"column": "email", "use": "email"},
    {"column": "spent", "use": "trait", "name": "spent", "type": "number"},
]  # fmt: skip


class Caller:
    def __init__(self, role: Role) -> None:
        key = issue_api_key(name=role.value, role=role, actor="user:1", now=NOW)
        self.headers = {"Authorization": f"Bearer {key.text}"}

    def ask(self, method, path="", **kwargs):
        if method != "get" and "data" not in kwargs:
            kwargs |= {"data": kwargs.pop("body", {}), "content_type": "application/json"}
        return getattr(Client(), method)(f"/api/v1/uploads/{path}", headers=self.headers, **kwargs)

    def send(self, body=CSV, name="people.csv", **fields):
        file = SimpleUploadedFile(name, body)
        return self.ask("post", data={"file": file, "kind": "people", **fields})


def test_a_file_goes_from_sending_to_people():
    editor, publisher = Caller(Role.EDITOR), Caller(Role.PUBLISHER)
    sent = editor.send(source="Till")
    assert (sent.status_code, sent.json()["status"], sent.json()["source"]) == (
        201,
        "draft",
        "Till",
    )
    key = sent.json()["key"]
    suggested = editor.ask("get", f"{key}/mapping/").json()
    assert suggested["is_suggested"]
    assert [one["use"] for one in suggested["columns"]] == ["user_id", "email", "trait"]
    checking = editor.ask("put", f"{key}/mapping/", body={"columns": COLUMNS})
    assert (checking.status_code, checking.json()["status"]) == (202, "checking")
    work_uploads(now=NOW)
    state = editor.ask("get", f"{key}/").json()
    assert (state["status"], state["accepted"], state["rejected"]) == ("checked", 2, 1)
    assert not Customer.objects.exists()
    found = editor.ask("get", f"{key}/problems/").json()
    assert found["results"] == [
        {"row": 2, "column": "email", "message": "“email” must be an e-mail address."}
    ]
    assert editor.ask("post", f"{key}/start/").status_code == 403
    assert publisher.ask("post", f"{key}/start/").json()["status"] == "running"
    work_uploads(now=NOW)
    drain_inbox(now=NOW)
    assert editor.ask("get", f"{key}/").json()["status"] == "finished"
    assert sorted(Customer.objects.values_list("traits__spent", flat=True)) == [3, 12]
    assert publisher.ask("post", f"{key}/start/").status_code == 409


def test_files_and_mappings_that_cannot_be_used_are_refused_by_field():
    editor = Caller(Role.EDITOR)
    for found in (editor.send(b""), editor.send(CSV, "people.xlsx")):
        assert (found.status_code, found.json()["errors"][0]["path"]) == (422, "file")
    assert editor.send(kind="cats").json()["errors"][0]["path"] == "kind"
    assert not Upload.objects.exists()
    key = editor.send().json()["key"]
    found = editor.ask("put", f"{key}/mapping/", body={"columns": COLUMNS[2:]})
    assert found.status_code == 422
    assert "who it is" in found.json()["detail"]
    assert Upload.objects.get().status == "draft"


def test_viewers_read_and_editors_discard():
    key = Caller(Role.EDITOR).send().json()["key"]
    viewer = Caller(Role.VIEWER)
    assert [one["key"] for one in viewer.ask("get").json()["results"]] == [key]
    assert viewer.send().status_code == 403
    assert viewer.ask("delete", f"{key}/").status_code == 403
    assert Caller(Role.EDITOR).ask("delete", f"{key}/").status_code == 204
    assert viewer.ask("get", f"{key}/").status_code == 404
    assert viewer.ask("get", "no-key/").status_code == 404
