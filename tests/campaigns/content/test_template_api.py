"""Templates over the REST API, their tags, and taking one out of use."""

import pytest
from django.urls import reverse

from campaigns.broadcasts.models import Broadcast
from campaigns.content.models import Template
from campaigns.content.rules.document import Document, Text, write_document
from kernel.audit.models import AuditEntry
from tests.campaigns.builders import MJML, NOW, key, make_customer, make_template
from tests.campaigns.content.test_writing import known_by_mail

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


@pytest.fixture
def made(client, owner):
    client.force_login(owner)
    asked = {"name": "Spring", "channel": "email", "topic": "news"}
    answer = client.post("/api/v1/templates/", asked, **JSON)
    assert answer.status_code == 200, answer.content
    return f"/api/v1/templates/{answer.json()['key']}/"


def words(subject, **more):
    return {"subject": subject, "source": MJML, **more}


def test_a_template_is_written_and_published_in_all_languages(client, made):
    german = words("Hallo {{ first_name }}")
    put = client.put(
        f"{made}draft/", words("Hi {{ first_name }}", translations={"de_at": german}), **JSON
    )
    assert list(put.json()["translations"]) == ["de-AT"]
    assert client.post(f"{made}publish/").json()["version"] == 1
    [version] = client.get(f"{made}versions/").json()["results"]
    assert (version["number"], version["locales"]) == (1, ["de-AT"])
    draft = client.get(f"{made}draft/").json()
    assert draft["translations"]["de-AT"]["subject"] == "Hallo {{ first_name }}"
    client.put(f"{made}draft/", words("Again"), **JSON)
    client.post(f"{made}publish/")
    assert client.get(f"{made}draft/").json()["translations"] == {}


def test_a_fault_is_named_with_its_language_and_nothing_is_published(client, made):
    broken = {"de": words("{{ a")}
    client.put(f"{made}draft/", words("Hi", translations=broken), **JSON)
    refused = client.post(f"{made}publish/")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"] == "translations.de.subject"
    assert Template.objects.get().live_version is None
    wrong = client.put(f"{made}draft/", words("Hi", translations={"German": broken["de"]}), **JSON)
    assert wrong.status_code == 422


def test_a_preview_is_in_the_words_of_the_person_or_says_why_there_is_none(client, made):
    assert client.post(f"{made}preview/", {}, **JSON).status_code == 409
    german = {"de": words("Hallo {{ first_name }}")}
    client.put(f"{made}draft/", words("Hi {{ first_name }}", translations=german), **JSON)
    client.post(f"{made}publish/")
    mail = known_by_mail(make_customer("Ada", language="de"))
    shown = client.post(f"{made}preview/", {"person": mail}, **JSON).json()
    assert (shown["subject"], shown["locale"], shown["refusal"]) == ("Hallo Ada", "de", "")
    nameless = known_by_mail(make_customer(None))
    shown = client.post(f"{made}preview/", {"person": nameless}, **JSON).json()
    assert (shown["subject"], shown["refusal"]) == ("", "missing_value:first_name")
    sample = client.post(f"{made}preview/", {"locale": "de"}, **JSON).json()
    assert sample["subject"] == "Hallo [first_name]"


def test_tags_filter_the_list_here_and_on_the_page(client, made):
    tagged = client.put(f"{made}tags/", {"tags": [" Season ", "season", "b"]}, **JSON).json()
    assert tagged["tags"] == ["b", "season"]
    make_template("Plain")
    listed = client.get("/api/v1/templates/?tag=season").json()["results"]
    assert [each["name"] for each in listed] == ["Spring"]
    page = client.get(reverse("campaigns:templates"), {"tag": "season"}).content.decode()
    assert "Spring" in page
    assert "Plain" not in page
    plain = Template.objects.get(name="Plain")
    client.post(reverse("campaigns:template-tags", kwargs={"key": plain.key}), {"tags": "b, c"})
    plain.refresh_from_db()
    assert plain.tags == ["b", "c"]


def test_only_what_nothing_sends_is_archived_and_it_comes_back(client, made):
    template = Template.objects.get()
    sent = Broadcast.objects.create(key=key(7), name="Mail", template=template, created_at=NOW)
    refused = client.post(f"{made}archive/", {"is_archived": True}, **JSON)
    assert refused.status_code == 409
    assert "“Mail” (broadcast)" in refused.json()["detail"]
    sent.delete()
    address = reverse("campaigns:template-archive", kwargs={"key": template.key})
    client.post(address, {"archive": "yes"})
    assert client.get("/api/v1/templates/").json()["results"] == []
    assert len(client.get("/api/v1/templates/?archived=true").json()["results"]) == 1
    client.post(f"{made}archive/", {"is_archived": False}, **JSON)
    verbs = AuditEntry.objects.filter(object_type="template").order_by("id")
    assert [entry.verb for entry in verbs] == ["created", "archived", "restored"]


def test_the_checks_name_faults_by_language_and_part_and_warnings_beside_them(client, made):
    put = words("Act now", translations={"de": words("{{ a")})
    client.put(f"{made}draft/", put, **JSON)
    told = client.get(f"{made}checks/").json()
    [fault] = told["faults"]
    assert (fault["locale"], fault["part"]) == ("de", "subject")
    assert any("spam filters" in each["text"] for each in told["warnings"])
    assert {each["locale"] for each in told["warnings"]} == {""}


def test_how_links_are_marked_is_read_and_set_on_record(client, made):
    assert client.get(f"{made}utm/").json() == {"takes_utm": True, "utm_campaign": ""}
    asked = {"takes_utm": False, "utm_campaign": "spring"}
    assert client.put(f"{made}utm/", asked, **JSON).json() == asked
    assert client.get(f"{made}utm/").json() == asked
    entry = AuditEntry.objects.get(verb="changed", object_type="template")
    assert (entry.before["takes_utm"], entry.after) == (True, asked)
    long = client.put(f"{made}utm/", {"utm_campaign": "x" * 121}, **JSON)
    assert (long.status_code, client.get(f"{made}utm/").json()) == (422, asked)


def test_an_e_mail_of_blocks_is_written_and_published(client, made):
    source = write_document(Document(blocks=[Text(id="b1", text="Hi {{ first_name }}")]))
    put = {"subject": "Hi", "source_format": "blocks", "source": source}
    client.put(f"{made}draft/", put, **JSON)
    assert client.get(f"{made}checks/").json()["faults"] == []
    assert client.post(f"{made}publish/").json()["version"] == 1
    draft = client.get(f"{made}draft/").json()
    assert (draft["source_format"], draft["source"]) == ("blocks", source)
    client.put(f"{made}draft/", {**put, "source": source.replace("text", "tale")}, **JSON)
    [fault] = client.get(f"{made}checks/").json()["faults"]
    assert fault["part"] == "source"
