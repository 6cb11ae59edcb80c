"""The way of a file through the pages, without scripts, and who may go it."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from profiles.imports.models import Upload, UploadPiece
from profiles.imports.services.working import work_uploads
from profiles.models import Customer
from profiles.touchpoints.services.draining import drain_inbox
from tests.profiles.imports.uploading import NOW, column, events, send

pytestmark = pytest.mark.django_db

CSV = "Customer ID,E-Mail,=Plan\nc1,ada@example.com,pro\nc2,nobody,free\n"


@pytest.fixture
def publisher(client, colleague):
    assign_role(colleague, Role.PUBLISHER)
    client.force_login(colleague)
    return client


def upload_by_page(client, text: str = CSV, **fields: str):
    file = SimpleUploadedFile("shop.csv", text.encode())
    return client.post(
        reverse("profiles:upload-new"), {"file": file, "kind": "people", "source": "Shop", **fields}
    )


def page(name: str) -> str:
    return reverse(f"profiles:{name}", kwargs={"key": Upload.objects.get().key})


def posted_as_suggested(client) -> dict[str, str]:
    form = client.get(page("upload-mapping")).context["form"]
    return {name: form[name].initial or "" for name in form.fields}


def test_a_file_goes_from_upload_to_result(publisher):
    answer = upload_by_page(publisher)
    assert answer.url == page("upload-mapping")
    shown = publisher.get(answer.url).content.decode()
    for text in ("Customer ID", "ada@example.com", "c1", "Check the file"):
        assert text in shown
    assert publisher.post(answer.url, posted_as_suggested(publisher)).url == page("upload")
    assert 'hx-trigger="every 2s"' in publisher.get(page("upload")).content.decode()
    work_uploads(now=NOW)
    checked = publisher.get(page("upload")).content.decode()
    assert "must be an e-mail address" in checked
    assert "every 2s" not in checked
    publisher.post(page("upload-start"))
    work_uploads(now=NOW)
    drain_inbox(now=NOW)
    assert "Finished with rejects" in publisher.get(page("upload")).content.decode()
    assert Customer.objects.get().traits == {"email": "ada@example.com", "=Plan": "pro"}
    verbs = AuditEntry.objects.filter(object_type="upload").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["created", "mapped", "started"]
    assert "shop.csv" in publisher.get(reverse("profiles:uploads")).content.decode()


def test_the_problems_come_as_csv_that_no_spreadsheet_takes_for_formulas(publisher):
    mapping = events(column("u", "user_id"), column("=n", "property", "n", "number"), event="Came")
    send("u,=n\nx,y\n", mapping)
    answer = publisher.get(page("upload-problems"))
    text = b"".join(answer.streaming_content).decode()
    assert list(csv.reader(io.StringIO(text))) == [
        ["row", "column", "problem"],
        ["1", "'=n", "“=n” must be a number written like 1234.5."],
    ]


def test_a_mapping_without_anybody_is_refused_beside_the_form(publisher):
    upload_by_page(publisher)
    posted = {**posted_as_suggested(publisher), "use-0": "ignore", "use-1": "trait"}
    answer = publisher.post(page("upload-mapping"), posted)
    assert answer.status_code == 422
    assert "No column says who it is" in answer.content.decode()
    assert Upload.objects.get().status == "draft"


def test_a_mapping_that_was_checked_is_shown_again_as_it_was(publisher):
    upload_by_page(publisher)
    posted = {**posted_as_suggested(publisher), "use-2": "ignore", "time_zone": "Europe/Berlin"}
    publisher.post(page("upload-mapping"), posted)
    work_uploads(now=NOW)
    again = posted_as_suggested(publisher)
    assert (again["use-1"], again["use-2"], again["time_zone"]) == (
        "email",
        "ignore",
        "Europe/Berlin",
    )


def test_another_way_of_writing_shows_other_columns(publisher):
    upload_by_page(publisher, "a;b\n1;2\n")
    publisher.post(page("upload-format"), {"encoding": "utf-8", "delimiter": ","})
    form = publisher.get(page("upload-mapping")).context["form"]
    assert [item.column for item in form.columns] == ["a;b"]


def test_what_cannot_be_read_is_said_at_its_field(publisher):
    answer = upload_by_page(publisher, "")
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"file": ["The submitted file is empty."]}
    taken = upload_by_page(publisher, source="System")
    assert taken.status_code == 302
    assert not UploadPiece.objects.exclude(upload__status="draft").exists()


def test_who_may_what(client, owner, colleague, stranger):
    mapping = events(column("u", "user_id"), event="Came")
    send("u\nx\n", mapping)
    client.force_login(stranger)
    assert client.get(reverse("profiles:uploads")).status_code == 403
    client.force_login(colleague)
    assert client.get(page("upload-mapping")).status_code == 200
    assert client.post(page("upload-start")).status_code == 403
    assert Upload.objects.get().status == "checked"
    assign_role(colleague, Role.VIEWER)
    assert client.get(page("upload")).status_code == 200
    for name in ("upload-mapping", "upload-new"):
        where = reverse("profiles:upload-new") if name == "upload-new" else page(name)
        assert client.get(where).status_code == 403
    client.force_login(owner)
    assert client.post(page("upload-discard")).status_code == 302
    assert not Upload.objects.exists()
    assert not UploadPiece.objects.exists()


def test_work_that_came_too_late_is_told_in_words(publisher):
    send("u\nx\n", events(column("u", "user_id"), event="Came"))
    answer = publisher.post(page("upload-stop"), follow=True)
    assert "the upload is checked" in answer.content.decode()
