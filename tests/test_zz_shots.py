"""Scratch: not committed."""
import os
import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from analytics.models import RollupPoint

pytestmark = [pytest.mark.django_db(transaction=True)]
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def fill():
    from campaigns.models import Journey, JourneyVersion
    from kernel.ids import new_key
    now = timezone.now()
    rng = random.Random(4)
    rows = []
    for i in range(0, 185):
        day = (now - timedelta(days=i)).replace(hour=0, minute=0, second=0, microsecond=0)
        hours = range(24) if i else range(now.hour + 1)
        for metric, mean in (("touchpoint.count", 900), ("touchpoint.revenue", 31000), ("customer.new", 20), ("message.sent", 240), ("message.held_back", 60), ("referral.started", 6)):
            total = 0
            for h in hours:
                v = Decimal(int(rng.gauss(mean, mean / 5) / 24 * (1 + 0.3 * (i % 7 == 3)))) 
                v = max(v, Decimal(0))
                total += v
                rows.append(RollupPoint(metric=metric, granularity="hour", bucket_start=day + timedelta(hours=h), value=v, breakdown="", member=""))
            rows.append(RollupPoint(metric=metric, granularity="day", bucket_start=day, value=total, breakdown="", member=""))
        for reason, n in (("no_consent", 30), ("cap_reached", 20), ("quiet_hours_expired", 10)):
            rows.append(RollupPoint(metric="message.held_back", breakdown="reason", granularity="day", bucket_start=day, member=reason, value=n))
        for e, n in (("Order Completed", 80), ("Product Viewed", 500), ("Page Viewed", 320)):
            rows.append(RollupPoint(metric="touchpoint.count", breakdown="event", granularity="day", bucket_start=day, member=e, value=n))
    j = Journey.objects.create(key=new_key(now=now), name="Win back after 60 days", status="live", created_at=now)
    j2 = Journey.objects.create(key=new_key(now=now), name="Thank-you for a reward", status="live", created_at=now)
    day = (now - timedelta(days=9)).replace(hour=0, minute=0, second=0, microsecond=0)
    for m, arm, v in (("exposed", "treatment", 4210), ("closed", "treatment", 3900), ("converted", "treatment", 421), ("exposed", "holdout", 470), ("closed", "holdout", 433), ("converted", "holdout", 29)):
        rows.append(RollupPoint(metric=f"journey.{m}", breakdown="arm", granularity="day", bucket_start=day, member=f"{j.key}:{arm}", value=v))
    for m, arm, v in (("exposed", "treatment", 44), ("closed", "treatment", 21), ("converted", "treatment", 3), ("exposed", "holdout", 4), ("closed", "holdout", 2)):
        rows.append(RollupPoint(metric=f"journey.{m}", breakdown="arm", granularity="day", bucket_start=day, member=f"{j2.key}:{arm}", value=v))
    for k, v in (("started", 180), ("converted", 41), ("rewarded", 33)):
        rows.append(RollupPoint(metric=f"referral.{k}", breakdown="cohort", granularity="day", bucket_start=day, member="", value=v))
    for w, v in ((7, 4100), (30, 8216), (90, 11400)):
        for shift in (0, w):
            d = (now - timedelta(days=shift)).replace(hour=0, minute=0, second=0, microsecond=0)
            rows.append(RollupPoint(metric="customer.active", breakdown="window", granularity="day", bucket_start=d, member=str(w), value=v - shift * 3))
    RollupPoint.objects.bulk_create(rows)


def shoot(live_server, owner, paths):
    from playwright.sync_api import sync_playwright
    client = Client()
    client.force_login(owner)
    from django.conf import settings; cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
        for scheme in ("light", "dark"):
            for width in (1440, 390):
                page = browser.new_context(viewport={"width": width, "height": 1700 if width > 500 else 2400}, color_scheme=scheme).new_page()
                page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
                logs = []
                page.on("console", lambda m: logs.append(m.text))
                for name, path in paths:
                    page.goto(live_server.url + path)
                    wide = page.locator("html").evaluate("e => [e.scrollWidth, e.clientWidth]")
                    print(name, scheme, width, wide, logs)
                    page.screenshot(path=f"/tmp/growth/{name}-{scheme}-{width}.png")
        browser.close()


def test_pages(live_server, owner):
    from django.urls import reverse
    from tests.browser.examples import EXAMPLES
    from kernel.access.staff import sync_roles
    sync_roles()
    paths = []
    for name in ("analytics:overview", "referrals:program", "referrals:terms", "referrals:grant", "referrals:invitation", "referrals:thanks"):
        kw = EXAMPLES[name]()
        paths.append((name.replace(":", "-"), reverse(name, kwargs=kw)))
    paths += [("referrals-programs", "/programs/"), ("referrals-rewards", "/rewards/")]
    shoot(live_server, owner, paths)
