"""Unmodified SDKs of Segment and RudderStack as clients, over real HTTP."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import rudderstack.analytics as rudder
import segment.analytics as segment

from profiles.models import Customer, Touchpoint
from profiles.touchpoints.collection import application
from profiles.touchpoints.services.draining import drain_inbox
from profiles.touchpoints.services.keys import forget_keys
from profiles.touchpoints.services.pressure import forget_pressure
from profiles.touchpoints.services.sources import create_source
from tests.profiles.collecting import events_of, people
from tests.serving import served

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def host() -> Iterator[str]:
    forget_keys()
    forget_pressure()
    with served(application) as address:
        yield address


@pytest.fixture
def write_key() -> str:
    return create_source("SDK", now=datetime.now(UTC))[1]


@pytest.mark.parametrize("is_compressed", [False, True], ids=["plain", "gzip"])
def test_segment_analytics_python_delivers_every_call(host, write_key, is_compressed):
    failures = []
    client = segment.Client(
        write_key, host=host, gzip=is_compressed, max_retries=1,
        on_error=lambda error, items: failures.append(error),
    )  # fmt: skip
    client.page(anonymous_id="a1", name="Home")
    client.identify("u1", {"email": "ada@example.com", "plan": "pro"}, anonymous_id="a1")
    for number in range(250):
        client.track("u1", "Viewed", {"number": number})
    client.track("u1", "Order Completed", {"revenue": 19.9})
    client.group("u1", "acme", {"size": 3})
    client.alias("a1", "u1")
    client.screen("u1", name="Start")
    client.flush()
    client.join()
    drain_inbox(now=datetime.now(UTC))
    assert failures == []
    assert people() == {
        frozenset({("user_id", "u1"), ("anonymous_id", "a1"), ("email", "ada@example.com")})
    }
    names = events_of("user_id", "u1")
    assert len(names) == 256
    assert {name: names.count(name) for name in set(names)} == {
        "Page Viewed": 1, "Identify": 1, "Viewed": 250, "Order Completed": 1, "Group": 1,
        "Alias": 1, "Screen Viewed": 1,
    }  # fmt: skip
    assert Customer.objects.get(merged_into=None).traits == {
        "email": "ada@example.com", "plan": "pro",
    }  # fmt: skip


def test_segment_analytics_python_is_told_about_a_wrong_key(host):
    failures = []
    client = segment.Client(
        "wk_wrong", host=host, max_retries=1, on_error=lambda error, items: failures.append(error)
    )
    client.track("u1", "Viewed")
    client.flush()
    client.join()
    assert len(failures) == 1
    assert "unknown_write_key" in str(failures[0]) or "401" in str(failures[0])


@pytest.fixture(scope="session")
def older_segment_python(tmp_path_factory) -> str:
    """Return a Python that has the last release of Segment's SDK before it was rewritten."""
    folder = tmp_path_factory.mktemp("older-sdk")
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("The older SDK needs an environment of its own, and there is no “uv”.")
    python = str(folder / "bin" / "python")
    package = "segment-analytics-python==2.3.4"
    for command in (
        ["venv", "-q", str(folder)],
        ["pip", "install", "-q", "--python", python, package],
    ):
        done = subprocess.run(
            [uv, *command], check=False, capture_output=True, text=True, timeout=120
        )
        if done.returncode:
            pytest.skip(f"{package} could not be installed: {done.stderr.strip()[-200:]}")
    return python


OLDER_PROGRAM = """
import sys
import segment.analytics as segment
from segment.analytics.version import VERSION
failures = []
client = segment.Client(sys.argv[1], host=sys.argv[2], gzip=True, max_retries=1,
                        on_error=lambda error, items: failures.append(error))
client.page(anonymous_id="a1", name="Home")
client.identify("u1", {"email": "ada@example.com"}, anonymous_id="a1")
for number in range(120):
    client.track("u1", "Viewed", {"number": number})
client.group("u1", "acme", {"size": 3})
client.alias("a1", "u1")
client.screen("u1", name="Start")
client.flush()
client.join()
print(VERSION, failures)
"""


def test_the_older_segment_sdk_delivers_every_call(host, write_key, older_segment_python):
    done = subprocess.run(
        [older_segment_python, "-c", OLDER_PROGRAM, write_key, host],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.stdout.strip(), done.returncode) == ("2.3.4 []", 0), done.stderr
    drain_inbox(now=datetime.now(UTC))
    names = events_of("email", "ada@example.com")
    assert {name: names.count(name) for name in set(names)} == {
        "Page Viewed": 1, "Identify": 1, "Viewed": 120, "Group": 1, "Alias": 1, "Screen Viewed": 1,
    }  # fmt: skip
    assert people() == {
        frozenset({("user_id", "u1"), ("anonymous_id", "a1"), ("email", "ada@example.com")})
    }


def test_rudder_sdk_python_delivers_every_call(host, write_key):
    failures = []
    client = rudder.Client(
        write_key, host=host, max_retries=1, on_error=lambda error, items: failures.append(error)
    )
    client.identify("u1", {"email": "ada@example.com"})
    client.track("u1", "Order Completed", {"revenue": 19.9})
    client.flush()
    client.join()
    drain_inbox(now=datetime.now(UTC))
    assert failures == []
    assert events_of("email", "ada@example.com") == ["Identify", "Order Completed"]
    assert str(Touchpoint.objects.get(revenue__isnull=False).revenue) == "19.90"
