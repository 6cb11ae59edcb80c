"""Files of touchpoints and the CDNOW purchases, through the collection API."""

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.db.models.functions import TruncDate

from profiles.models import Customer, Source, Touchpoint
from profiles.touchpoints.collection import application
from profiles.touchpoints.services.draining import drain_inbox
from profiles.touchpoints.services.keys import forget_keys
from tests.profiles.collecting import events_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_keys():
    forget_keys()


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command(*arguments, transport=httpx.WSGITransport(app=application))
    drain_inbox(now=datetime.now(UTC))
    return capsys.readouterr().out


def test_cdnow_counts_are_the_published_ones_and_loading_twice_changes_nothing(capsys):
    run("load_cdnow", capsys=capsys)
    run("load_cdnow", capsys=capsys)
    orders = Touchpoint.objects.filter(event__name="Order Completed")
    units = sum(point["quantity"] for point in orders.values_list("properties", flat=True))
    days = orders.annotate(day=TruncDate("occurred_at")).values("customer_id", "day").distinct()
    assert orders.count() == 6_919
    assert orders.aggregate(Sum("revenue"))["revenue__sum"] == Decimal("244091.94")
    assert units == 16_479
    assert days.count() == 6_696
    assert Customer.objects.count() == 2_357
    assert orders.latest("occurred_at").occurred_at.date() == datetime.now(UTC).date()
    assert Touchpoint.objects.count() == 6_919 + 2_357


CSV = """user_id,email,event,timestamp,revenue,traits.plan,properties.zip
u1,ada@example.com,Order Completed,2026-01-02T03:04:05Z,19.90,pro,00123
u1,,Order Completed,2026-01-02T03:04:05Z,5,,
u1,,Order Completed,2026-01-02T03:04:05Z,5,,
u2,bob@example.com,,2026-01-02T03:04:05Z,,free,
"""


def test_a_csv_file_is_sent_once_however_often_it_is_imported(tmp_path: Path, capsys):
    path = tmp_path / "shop.csv.gz"
    path.write_bytes(gzip.compress(CSV.encode()))
    first = run("import_touchpoints", str(path), capsys=capsys)
    run("import_touchpoints", str(path), capsys=capsys)
    assert "4 of 4 rows were accepted; 0 were not." in first
    assert events_of("user_id", "u1") == ["Order Completed"] * 3
    assert events_of("email", "bob@example.com") == ["Identify"]
    first_order = Touchpoint.objects.get(revenue=Decimal("19.90"))
    assert first_order.properties == {"revenue": 19.9, "zip": "00123"}
    assert Customer.objects.get(traits__plan="free").traits == {
        "email": "bob@example.com", "plan": "free",
    }  # fmt: skip


def test_bad_lines_are_named_and_the_others_are_sent(tmp_path: Path, capsys):
    path = tmp_path / "events.jsonl"
    good = json.dumps({"type": "track", "userId": "u1", "event": "Viewed"})
    path.write_text(f"{good}\n{{broken\n\n[1]\n")
    with pytest.raises(CommandError, match="Mend these rows"):
        run("import_touchpoints", str(path), capsys=capsys)
    shown = capsys.readouterr()
    drain_inbox(now=datetime.now(UTC))
    assert "Row 2: it is no JSON" in shown.err
    assert "Row 4: it is no JSON object." in shown.err
    assert "1 of 3 rows were accepted; 2 were not." in shown.out
    assert events_of("user_id", "u1") == ["Viewed"]


@pytest.mark.parametrize(("name", "text"), [("missing.csv", "There is no file"),
                                            ("events.xlsx", "must end in .csv")])  # fmt: skip
def test_files_that_cannot_be_read_are_refused_in_words(tmp_path: Path, name, text, capsys):
    if name == "events.xlsx":
        (tmp_path / name).touch()
    with pytest.raises(CommandError, match=text):
        run("import_touchpoints", str(tmp_path / name), capsys=capsys)


def test_a_wrong_write_key_is_refused_in_words(tmp_path: Path, capsys):
    path = tmp_path / "a.jsonl"
    path.write_text('{"type":"track","userId":"u1","event":"Viewed"}\n')
    with pytest.raises(CommandError, match="No source has this write key"):
        run("import_touchpoints", str(path), "--write-key", "wk_wrong", capsys=capsys)


def test_create_source_prints_a_key_that_works_and_refuses_a_second_of_the_name(capsys):
    call_command("create_source", "Web shop")
    write_key = capsys.readouterr().out.strip()
    client = httpx.Client(transport=httpx.WSGITransport(app=application), base_url="http://t")
    answer = client.post(
        "/v1/track", json={"userId": "u1", "event": "Viewed"}, auth=(write_key, "")
    )
    assert answer.status_code == 200
    assert Source.objects.get(name="Web shop").write_key_hash != write_key
    with pytest.raises(CommandError, match="There is a source “Web shop” already"):
        call_command("create_source", "Web shop")
