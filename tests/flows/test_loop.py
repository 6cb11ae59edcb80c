"""The whole loop on a running installation: in by HTTP, out by SMTP, and round again.

A person's events make a member, the member a journey, the journey a mail, the mail a friend, the
friend's order a reward, the reward another mail. Every hop is timed and printed.
"""

import re
import subprocess
import sys
import time
from email import message_from_bytes, policy

import httpx
import pytest
import segment.analytics as analytics
from segment.analytics.request import _session

from mcps_site.runtime import places
from mcps_site.world.mail import read_form, read_mail
from tests.runtime.running import installation, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DECISIONS = (
    "SELECT json_agg(d) FROM (SELECT customer_id, outcome, reason FROM campaigns_decision) d"
)
LIMIT_SECONDS = 10.0
"""From an accepted touchpoint to the mail in the mailbox, when all waits are zero."""


BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
# An open or click sooner after the hand-over counts as a scanner's.
AFTER_SCANNERS = 2.5


class Loop:
    """One installation, watched from outside."""

    def __init__(self, running):
        self.running = running
        self.url = f"http://127.0.0.1:{running.port}"
        self.web = httpx.Client(
            base_url=self.url, timeout=20, trust_env=False, headers={"User-Agent": BROWSER}
        )
        self.started = time.monotonic()
        self.timeline = []

    def command(self, *arguments):
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=places.ROOT,
            env={**self.running.environment, "DJANGO_SETTINGS_MODULE": "mcps_site.settings.base"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().splitlines()[-1]

    def value(self, query):
        with self.running.connect() as link:
            return link.execute(query).fetchone()[0]

    def hop(self, name, query, expected):
        """Wait until a query gives the expected value and note when it did."""
        wait_until(
            lambda: self.value(query) == expected,
            seconds=60,
            what=lambda: f"{name}: {self.value(query)} instead of {expected}",
        )
        self.note(name)

    def note(self, name):
        self.timeline.append((time.monotonic() - self.started, name))
        print(f"{self.timeline[-1][0]:7.2f} s  {name}")

    def mails(self, subject):
        found = []
        for path in (self.running.folder / "mailbox" / "new").glob("*"):
            raw = path.read_bytes()
            if str(message_from_bytes(raw, policy=policy.default)["Subject"]) == subject:
                found.append(raw)
        return found

    def mail(self, subject):
        wait_until(
            lambda: self.mails(subject),
            seconds=60,
            what=lambda: f"a mail “{subject}”; decisions: {self.value(DECISIONS)}",
        )
        self.note(f"mail “{subject}” is in the mailbox")
        return read_mail(self.mails(subject)[0])

    def took(self, first, last):
        times = {name: at for at, name in self.timeline}
        return times[last] - times[first]


@pytest.fixture
def loop():
    with installation(WORKER_PROCESSES="2") as running:
        running.start("up")
        running.wait_for_line("Ready:")
        loop = Loop(running)
        yield loop
        loop.web.close()


@pytest.fixture
def sdk(loop):
    write_key = loop.command("manage.py", "create_source", "Shop")
    loop.command("-m", "tests.flows.make_content")
    client = analytics.Client(write_key, host=loop.url, sync_mode=True, max_retries=2)
    loop.started = time.monotonic()
    yield client
    _session.close()


def order(sdk, user, number):
    properties = {"revenue": 40.0, "currency": "EUR", "order_id": number}
    sdk.track(user, "Order Completed", properties)


def test_the_loop_closes_and_closes_once(loop, sdk):
    go_all_the_way_round(loop, sdk)
    send_everything_again(loop, sdk)
    unsubscribe(loop)
    assert_a_clean_log(loop)


def go_all_the_way_round(loop, sdk):
    """From one person's events to a friend's reward and back into a journey."""
    ada = {"email": "ada@people.example", "first_name": "Ada", "plan": "pro"}
    sdk.identify("ada", ada)
    sdk.track("ada", "Consent Updated", {"channel": "email", "state": "granted"})
    sdk.identify("bob", {**ada, "email": "bob@people.example", "first_name": "Bob"})
    for _ in range(3):
        sdk.track("ada", "Product Viewed", {"category": "tents"})
        sdk.track("bob", "Product Viewed", {"category": "tents"})
    loop.note("touchpoints accepted")
    loop.hop("members", "SELECT count(*) FROM profiles_segment_member", 2)
    loop.hop("enrolled", "SELECT count(*) FROM campaigns_enrollment", 2)
    mail = loop.mail("An invitation for Ada")
    assert loop.took("touchpoints accepted", "mail “An invitation for Ada” is in the mailbox") < (
        LIMIT_SECONDS
    )
    loop.hop(
        "Bob held back", "SELECT count(*) FROM campaigns_decision WHERE reason = 'no_consent'", 1
    )
    assert loop.mails("An invitation for Bob") == []

    time.sleep(AFTER_SCANNERS)
    loop.web.get(mail.images[0])
    invitation = next(link.url for link in mail.links if link.words == "your invitation")
    page = loop.web.get(invitation, follow_redirects=True)
    loop.hop("open and click recorded", touchpoints("Email Opened", "Email Link Clicked"), 2)

    assert page.status_code == 200
    sign_up = read_form(page.text)
    form = {**sign_up.fields, "email": "cy@people.example", "first_name": "Cy", "consent": "on"}
    answer = loop.web.post(str(page.url.join(sign_up.action)), data=form, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    loop.hop("referral started", referrals("started"), 1)

    sdk.identify("cy", {"email": "cy@people.example"})
    order(sdk, "cy", "cy-1")
    loop.hop("both rewards posted", "SELECT count(*) FROM referrals_ledger_entry", 4)
    thanks = loop.mail("A reward for Ada")
    loop.mail("A reward for Cy")
    assert thanks.to == "ada@people.example"
    assert loop.value("SELECT sum(amount)::int FROM referrals_ledger_entry") == 0


def send_everything_again(loop, sdk):
    """Nothing is sent, started or posted twice."""
    counts = "SELECT json_build_array({})".format(
        ", ".join(
            f"(SELECT count(*) FROM {table})"
            for table in (
                "campaigns_enrollment",
                "campaigns_delivery",
                "referrals_referral",
                "referrals_ledger_entry",
            )
        )
    )
    before = loop.value(counts)
    order(sdk, "cy", "cy-1")
    sdk.track("ada", "Product Viewed", {"category": "tents"})
    loop.hop("stored", "SELECT count(*) FROM profiles_inbox", 0)
    time_of_facts = (
        "SELECT bool_and((c.fact_xid, c.fact_id) >= (last.xid, last.id)) FROM kernel_cursor c, "
        "(SELECT xid, id FROM profiles_touchpoint ORDER BY xid DESC, id DESC LIMIT 1) AS last "
        "WHERE c.source = 'profiles.touchpoint'"
    )
    loop.hop("settled", time_of_facts, True)
    assert loop.value(counts) == before


def unsubscribe(loop):
    """A look at the page changes nothing; one click ends marketing at once."""
    mail = read_mail(loop.mails("A reward for Ada")[0])
    assert loop.web.get(mail.unsubscribe_url).status_code == 200
    state = "SELECT coalesce((SELECT c.state FROM profiles_consent c JOIN profiles_identity i USING (customer_id) WHERE i.value = 'ada' ORDER BY c.changed_at DESC LIMIT 1), '')"
    assert loop.value(state) == "granted"
    answer = httpx.post(
        mail.unsubscribe_url, data={"List-Unsubscribe": "One-Click"}, trust_env=False
    )
    assert answer.status_code == 200
    assert loop.value(state) == "withdrawn"


def assert_a_clean_log(loop):
    """No process logged an error or a person's address."""
    output = loop.running.output()
    assert not re.search(r"ada@people|bob@people|cy@people", output)
    assert "Traceback" not in output, output


def touchpoints(*events):
    names = ", ".join(f"'{name}'" for name in events)
    return f"SELECT count(*) FROM profiles_touchpoint t JOIN profiles_event e ON e.id = t.event_id WHERE e.name IN ({names})"


def referrals(status):
    return f"SELECT count(*) FROM referrals_referral WHERE status = '{status}'"
