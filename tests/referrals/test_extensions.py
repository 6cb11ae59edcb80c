"""What messages, timelines and other apps get from referrals."""

from datetime import timedelta

from campaigns.extension_points import merge_sources
from profiles.extension_points import timeline_sources
from referrals.models import Advocate, Grant
from referrals.rewards.services import release_due, reverse_grant
from tests.referrals.world import NOW, advocate, live_program, person, refer

AGO = NOW - timedelta(days=10)


def test_templates_get_link_code_and_balance(db, shop):
    source = merge_sources.get("referral")
    ada, ben = person("ada"), person("ben")
    assert source.values([ada, ben], now=NOW) == {}
    program = live_program(friend_reward=None)
    refer(program, advocate(program, "ada"), "ben", at=AGO)
    shop.order("ben", at=AGO)
    assert source.values([ada], now=NOW)[ada]["balance"] == ""
    release_due(now=NOW)
    values = source.values([ada, ben], now=NOW)
    codes = dict(Advocate.objects.values_list("customer_id", "code"))
    assert set(codes) == {ada, ben}
    assert values[ada] == {
        "link": f"http://127.0.0.1:8000/r/{codes[ada]}",
        "code": codes[ada],
        "balance": "20 points",
    }
    assert values[ben]["balance"] == ""
    assert set(values[ada]) == set(source.samples)


def test_timelines_show_what_touchpoints_do_not(db, shop):
    program = live_program(advocate_cap=1)
    ada = advocate(program, "ada")
    for place, name in enumerate(("ben", "cem")):
        refer(program, ada, name, at=AGO)
        shop.order(name, at=AGO + timedelta(days=place))
    first = Grant.objects.get(rule="advocate", status="held")
    reverse_grant(first.pk, reason="Paid by hand.", actor="user:1", now=NOW)
    source = timeline_sources.get("referrals.rewards")
    entries = source.entries(person("ada"), before=NOW + timedelta(days=1), limit=9)
    assert [(entry.title, entry.detail) for entry in entries] == [
        ("No reward: the advocate's cap is reached", "20 points, Bring a friend"),
        ("Reward taken back", "20 points, Bring a friend. Paid by hand."),
    ]
    assert entries[1].url == f"/rewards/{first.key}"
    assert source.entries(person("ada"), before=AGO, limit=9) == []
    held = source.entries(person("ben"), before=NOW, limit=9)
    assert [entry.title for entry in held] == ["Reward waits for the end of the hold"]
