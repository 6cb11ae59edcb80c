"""Robots, and who may frame the page."""

import pytest

from referrals.landing.rules import frame_policy, is_robot


@pytest.mark.parametrize(
    ("agent", "robot"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", False),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", True),
        ("facebookexternalhit/1.1", True),
        ("WhatsApp/2.23.20", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", True),
        ("curl/8.5.0", True),
        ("", True),
    ],
)
def test_link_previews_and_crawlers_are_told_from_people(agent, robot):
    assert is_robot(agent) is robot


def test_only_the_programs_sites_may_frame_the_page():
    policy = frame_policy(("https://shop.example", "http://localhost:3000"))
    assert policy.endswith("frame-ancestors 'self' https://shop.example http://localhost:3000")
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'; ")
    assert frame_policy(()).endswith("frame-ancestors 'self'")
