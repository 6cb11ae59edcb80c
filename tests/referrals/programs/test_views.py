"""Pages that create, publish and end programs."""

import pytest

from kernel.audit.models import AuditEntry
from referrals.models import Program
from referrals.programs.forms import TermsForm
from referrals.programs.rules import Terms
from tests.referrals.world import live_program

SENT = {
    "qualifying_event": "Order Completed", "minimum_revenue": "20", "attribution_days": "30",
    "new_customers_only": "on", "advocate_amount": "5.50", "advocate_unit": "EUR",
    "friend_amount": "10", "friend_unit": "points", "hold_days": "0.5", "advocate_cap": "12",
    "refund_event": "Order Refunded", "order_property": "order_id", "headline": "Hello",
    "introduction": "Sign up.", "consent_text": "Yes.", "consent_text_version": "2",
    "allowed_sites": "https://shop.example\nhttps://blog.example",
}  # fmt: skip


def test_a_program_is_created_published_and_ended(client, owner):
    client.force_login(owner)
    assert b"No program yet" in client.get("/programs/").content
    answer = client.post("/programs/new", {"name": "Bring a friend"})
    program = Program.objects.get()
    assert answer["Location"] == f"/programs/{program.key}/terms"
    assert b"No terms have been published yet" in client.get(f"/programs/{program.key}").content
    assert client.post(f"/programs/{program.key}/terms", SENT).status_code == 302
    program.refresh_from_db()
    assert program.status == "live"
    assert program.live_version.read_terms == Terms.model_validate(
        {
            "minimum_revenue": "20", "hold_seconds": 43_200, "advocate_cap": 12,
            "advocate_reward": {"amount": "5.50", "unit": "EUR"}, "friend_reward": {"amount": "10"},
            "landing": {"headline": "Hello", "introduction": "Sign up.", "consent_text": "Yes.",
                        "consent_text_version": "2"},
            "allowed_sites": ["https://shop.example", "https://blog.example"],
        }
    )  # fmt: skip
    client.post(f"/programs/{program.key}/terms", SENT)
    assert program.versions.count() == 1
    client.post(f"/programs/{program.key}/terms", {**SENT, "minimum_revenue": "25"})
    assert sorted(program.versions.values_list("number", flat=True)) == [1, 2]
    assert b"stop working at once" in client.get(f"/programs/{program.key}/end").content
    client.post(f"/programs/{program.key}/end")
    client.post(f"/programs/{program.key}/end")
    program.refresh_from_db()
    assert program.status == "ended"
    verbs = AuditEntry.objects.filter(object_type="program").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "created",
        "published",
        "published",
        "ended",
    ]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"qualifying_event": ""}, "This field is required."),
        ({"advocate_amount": "", "friend_amount": ""}, "A program rewards the advocate"),
        ({"friend_amount": "1.5"}, "Points are whole numbers."),
        ({"friend_unit": "euro"}, "String should match pattern"),
        ({"allowed_sites": "shop.example"}, "is not an origin such as https://shop.example."),
        ({"consent_text_version": "a b"}, "String should match pattern"),
    ],
    ids=["missing", "no reward", "half a point", "unit", "site", "text version"],
)
def test_wrong_terms_are_said_at_their_field_and_nothing_is_published(client, owner, wrong, words):
    client.force_login(owner)
    program = live_program()
    answer = client.post(f"/programs/{program.key}/terms", {**SENT, **wrong})
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert program.versions.count() == 1


def test_the_form_shows_the_live_terms(client, owner):
    client.force_login(owner)
    program = live_program(advocate_reward=None, hold_seconds=90)
    page = client.get(f"/programs/{program.key}/terms").content.decode()
    assert 'name="friend_amount" value="10"' in page
    form = TermsForm.from_terms(program.live_version.read_terms)
    assert form.initial["advocate_amount"] is None
    assert str(form.initial["hold_days"]).startswith("0.00104")


def test_a_name_is_taken_once(client, owner):
    client.force_login(owner)
    live_program("Bring a friend")
    answer = client.post("/programs/new", {"name": "Bring a friend"})
    assert answer.status_code == 422
    assert "exists already. Choose another name." in answer.content.decode()
    assert Program.objects.count() == 1


def test_editors_create_and_only_publishers_publish_and_end(client, colleague, stranger):
    program = live_program()
    client.force_login(colleague)
    assert client.get("/programs/new").status_code == 200
    for url in (f"/programs/{program.key}/terms", f"/programs/{program.key}/end"):
        assert client.get(url).status_code == 403
        assert client.post(url, SENT).status_code == 403
    client.force_login(stranger)
    for url in ("/programs/", "/programs/new", f"/programs/{program.key}", "/rewards/"):
        assert client.get(url).status_code == 403
    program.refresh_from_db()
    assert (program.status, program.versions.count()) == ("live", 1)
