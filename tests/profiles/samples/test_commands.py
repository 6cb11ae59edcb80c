"""The public data sets, through the collection API, from files the operator fetched."""

import json
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum

from profiles.models import Customer, Touchpoint
from profiles.samples.online_retail import OnlineRetail
from profiles.touchpoints.collection import application
from profiles.touchpoints.services.draining import drain_inbox
from profiles.touchpoints.services.keys import forget_keys
from tests.profiles.collecting import events_of

pytestmark = pytest.mark.django_db

HILLSTROM = """recency,history_segment,history,mens,womens,zip_code,newbie,channel,segment,visit,conversion,spend
10,2) $100 - $200,142.44,1,0,Surburban,0,Phone,Womens E-Mail,0,0,0
6,3) $200 - $350,329.08,1,1,Rural,1,Web,No E-Mail,1,1,29.99
6,3) $200 - $350,329.08,1,1,Rural,1,Web,No E-Mail,1,1,29.99
"""
RETAIL = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,A,"LAMP, RED",6,2011-12-08 08:26:00,2.55,17850,United Kingdom
1,B,MUG,2,2011-12-08 08:26:00,1.50,17850,United Kingdom
2,A,"LAMP, RED",1,2011-12-08 09:00:00,2.55,,United Kingdom
C3,B,MUG,-1,2011-12-09 10:00:00,1.50,17850,United Kingdom
"""


@pytest.fixture(autouse=True)
def fresh_keys():
    forget_keys()


def load(command: str, path: Path) -> None:
    call_command(command, str(path), transport=httpx.WSGITransport(app=application))
    while drain_inbox(now=datetime.now(UTC)).requests:
        pass


def data_set(name: str) -> Path:
    """A published file, from the folder that DATA_SETS names."""
    folder = os.environ.get("DATA_SETS")
    if not folder or not (path := Path(folder) / name).exists():
        pytest.skip(f"set DATA_SETS to a folder that holds {name} to load the published file")
    return path


def test_equal_rows_of_the_experiment_are_different_customers(tmp_path):
    path = tmp_path / "hillstrom.csv"
    path.write_text(HILLSTROM)
    load("load_hillstrom", path)
    load("load_hillstrom", path)
    assert Customer.objects.count() == 3
    assert events_of("user_id", "hillstrom-00001") == ["Identify", "Experiment Viewed"]
    assert events_of("user_id", "hillstrom-00003") == [
        "Identify", "Experiment Viewed", "Site Visited", "Order Completed",
    ]  # fmt: skip
    spent = Touchpoint.objects.aggregate(Sum("revenue"))["revenue__sum"]
    assert spent == Decimal("59.98")
    traits = Customer.objects.earliest("id").traits
    assert (traits["recency"], traits["mens"], traits["newbie"]) == (10, True, False)


def test_lines_make_invoices_and_a_line_without_customer_is_left_out(tmp_path, capsys):
    path = tmp_path / "retail.csv"
    path.write_text(RETAIL)
    load("load_online_retail", path)
    load("load_online_retail", path)
    assert "1 lines name no customer" in capsys.readouterr().out
    assert sorted(events_of("user_id", "online-retail-17850")) == sorted([
        "Identify", "Product Purchased", "Product Purchased", "Order Completed",
        "Product Returned", "Order Refunded",
    ])  # fmt: skip
    order = Touchpoint.objects.get(event__name="Order Completed")
    assert (order.revenue, order.properties["lines"]) == (Decimal("18.30"), 2)


def test_the_last_day_becomes_today_at_the_shops_own_hour(tmp_path):
    path = tmp_path / "retail.csv"
    path.write_text(RETAIL)
    messages = list(OnlineRetail(path, date(2026, 7, 10)).messages())
    assert messages[-1]["timestamp"] == "2026-07-10T09:00:00+00:00"


@pytest.mark.parametrize("command", ["load_hillstrom", "load_online_retail"])
def test_another_file_is_refused_by_its_columns(command, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="has no column"):
        call_command(command, str(path))
    with pytest.raises(CommandError, match="There is no file"):
        call_command(command, str(tmp_path / "missing.csv"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_whole_experiment_has_its_published_counts():
    path = data_set("hillstrom/hillstrom.csv.gz")
    arms = json.loads((path.parent / "expected.json").read_text())["arms"]
    load("load_hillstrom", path)
    assert Customer.objects.count() == 64_000
    counted = dict(
        Touchpoint.objects.filter(event__name="Experiment Viewed")
        .values_list("properties__variation_name")
        .annotate(Count("id"))
    )
    assert counted == {arm: numbers["n"] for arm, numbers in arms.items()}
    orders = Touchpoint.objects.filter(event__name="Order Completed")
    assert orders.count() == sum(numbers["conversion"] for numbers in arms.values())
    spent = orders.aggregate(Sum("revenue"))["revenue__sum"]
    assert float(spent) == pytest.approx(sum(arm["spend_total"] for arm in arms.values()))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_whole_year_has_its_published_counts():
    path = data_set("online-retail/online_retail.csv.xz")
    expected = json.loads((path.parent / "expected.json").read_text())
    load("load_online_retail", path)
    assert Customer.objects.count() == expected["customers"]
    lines = Touchpoint.objects.filter(event__name__in=["Product Purchased", "Product Returned"])
    assert lines.count() == expected["rows"] - expected["rows_without_customer"]
    orders = Touchpoint.objects.filter(event__name="Order Completed")
    total = float(orders.aggregate(Sum("revenue"))["revenue__sum"])
    assert total == pytest.approx(expected["clean"]["revenue"], abs=1)
