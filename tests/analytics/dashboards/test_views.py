"""The Overview from facts to figures, its exports and its cost."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.urls import reverse

from analytics.metrics.services import count_active_people
from kernel.testing.facts import drain_facts
from profiles.models import Segment, SegmentVersion
from tests.browser.examples_analytics import _counted_days

NOW = datetime.now(UTC)


def send(sender, *people, at=NOW - timedelta(hours=1), revenue=10):
    for who in people:
        sender.deliver({"type": "track", "event": "Order Completed", "userId": who,
                        "messageId": f"{who}{at}", "timestamp": at.isoformat(),
                        "properties": {"revenue": revenue}})  # fmt: skip
    drain_facts(NOW)


def test_before_the_first_fact_three_steps_are_shown(client, owner):
    client.force_login(owner)
    page = client.get("/overview/").content.decode()
    assert page.count('class="step"') == 3
    assert "Connect a source" in page


def test_the_page_shows_what_was_sent(client, owner, sender):
    send(sender, "ada", "bob", "cem")
    send(sender, "ada", at=NOW - timedelta(days=10), revenue=7)
    count_active_people(now=NOW)
    client.force_login(owner)
    page = client.get("/overview/?days=7").context
    figures = {kpi["label"]: (kpi["figure"], kpi["note"]) for kpi in page["kpis"]}
    assert figures == {
        "Active people": ("3", "2 of them new"),
        "Touchpoints": ("3", "in the last 7 days"),
        "Messages sent": ("0", "0 held back"),
        "Revenue": ("30", "as sources sent it"),
    }
    deltas = {kpi["label"]: kpi["delta"].text for kpi in page["kpis"]}
    assert deltas["Touchpoints"] == "+200.0%"
    assert deltas["Revenue"] == "+328.6%"
    assert [(row.member, row.count) for row in page["events"]] == [("Order Completed", 3)]
    assert page["attention"] == []


@pytest.mark.parametrize("found_by", ["verified_differences", "sampled_differences"])
def test_a_segment_that_differed_from_its_proof_needs_attention(client, owner, sender, found_by):
    send(sender, "ada")
    segment = Segment.objects.create(key=uuid4(), name="Pro", kind="rule")
    segment.live_version = SegmentVersion.objects.create(
        segment=segment, number=1, rule={}, published_at=NOW
    )
    segment.status = "live"
    setattr(segment, found_by, 2)
    segment.save()
    client.force_login(owner)
    [one] = client.get("/overview/").context["attention"]
    assert one["title"] == (
        "1 segment or computed trait is set aside, or had people in the wrong place at the last "
        "proof or in a sample since"
    )


@pytest.fixture
def counted(db):
    _counted_days()


def test_journeys_are_judged_or_said_to_be_too_young(client, owner, counted):
    client.force_login(owner)
    page = client.get("/overview/").content.decode()
    assert "The journey brought 4.1 more conversions for every 100 people" in page
    assert "Too early to say: the window is over for 2 held-out people; 100 are needed." in page
    assert "22.8% of 180 converted so far (95% interval 17.3% to 29.4%)" in page
    assert "No consent" in page


def rows(client, table):
    answer = client.get(f"/overview/{table}.csv?days=30")
    assert answer["Content-Disposition"] == f'attachment; filename="overview-{table}-30d.csv"'
    return list(csv.reader(StringIO(answer.getvalue().decode())))


def test_each_table_is_exported(client, owner, counted):
    client.force_login(owner)
    days = rows(client, "days")
    assert days[0][:3] == ["day", "touchpoint.count", "touchpoint.revenue"]
    assert len(days) == 31
    assert rows(client, "held-back")[1] == ["no_consent", "1800", "1.0"]
    assert rows(client, "events")[1] == ["Order Completed", "27000", "1.0"]
    win_back = next(row for row in rows(client, "journeys") if row[0] == "Win back")
    assert win_back[2:8] == ["4680", "347", "3900", "421", "433", "29"]
    assert rows(client, "referrals")[1:] == [
        ["visited", "0"],
        ["started", "180"],
        ["converted", "41"],
        ["rewarded", "33"],
    ]
    assert client.get("/overview/secrets.csv").status_code == 404


def test_a_name_that_looks_like_a_formula_is_disarmed(client, owner, sender):
    sender.deliver({"type": "track", "event": "=HYPERLINK(1)", "userId": "ada", "messageId": "1",
                    "timestamp": NOW.isoformat()})  # fmt: skip
    drain_facts(NOW)
    client.force_login(owner)
    assert rows(client, "events")[1][0] == "'=HYPERLINK(1)"


def test_only_staff_with_a_role_see_figures(client, stranger, colleague, counted):
    for url in (reverse("analytics:overview"), reverse("analytics:export", args=["days"])):
        client.logout()
        assert client.get(url).status_code == 302
        client.force_login(stranger)
        assert client.get(url).status_code == 403
        client.force_login(colleague)
        assert client.get(url).status_code == 200


def test_the_page_reads_rollups_in_a_fixed_number_of_statements(
    client, owner, counted, django_assert_max_num_queries
):
    client.force_login(owner)
    with django_assert_max_num_queries(20) as statements:
        client.get("/overview/?days=90")
    assert not any("profiles_touchpoint" in each["sql"] for each in statements.captured_queries)
