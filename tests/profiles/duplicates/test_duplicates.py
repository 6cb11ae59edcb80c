"""People who may be the same, values that name many, and people who gather too much."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from kernel.audit.models import AuditEntry
from kernel.errors import Conflict, NotFound
from kernel.events.models import Event as PublishedEvent
from profiles.customers.services import erase_customers
from profiles.duplicates import services
from profiles.duplicates.queries import list_open
from profiles.identities.models import BlockedValue, DeviceMove, StitchHold
from profiles.identities.rules import MOST_IDENTIFIED_A_DAY
from profiles.models import Customer, Duplicate, Identity, QuarantinedMessage
from profiles.touchpoints.services.explicit_merges import merge_explicitly
from tests.profiles.collecting import Sender


def now() -> datetime:
    return datetime.now(UTC)


def person(user: str) -> int:
    return Identity.objects.get(kind="user_id", value=user).customer_id


def known(user: str, device: str = "", at: int = 1, **traits):
    message = {"type": "identify", "userId": user, "traits": traits,
               "messageId": f"{user}-{device}-{at}", "timestamp": f"2026-01-0{at}T00:00:00Z"}  # fmt: skip
    return {**message, "anonymousId": device} if device else message


def pairs() -> dict[frozenset[int], list[str]]:
    services.look_for_duplicates(now=now())
    rows = list_open(after=None, limit=100)
    return {frozenset({row.one_id, row.other_id}): row.evidence for row in rows}


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ({"email": "ada@example.com"}, {"email": "ADA@example.com "}, ["email"]),
        ({"email": "ada@example.com"}, {"email": "ada+shop@example.com"}, ["email_alike"]),
        ({"email": "a.da@gmail.com"}, {"email": "ada+x@googlemail.com"}, ["email_alike"]),
        ({"phone": "+43 664 1234567"}, {"phone": "+43/664/1234567"}, ["phone"]),
        ({"firstName": "Ada", "lastName": "Byron", "zip": "10 10"},
         {"name": "ada byron", "postal_code": "1010"}, ["name_zip"]),
        ({"email": "a.da@example.com"}, {"email": "ada@example.com"}, None),
        ({"name": "Ada", "zip": "1010"}, {"name": "Ada", "zip": "1010"}, None),
        ({"name": "Ada Byron", "zip": "1010"}, {"name": "Ada Byron", "zip": "1020"}, None),
    ],
)  # fmt: skip
def test_pairs_are_found_with_what_speaks_for_them(sender, one, other, evidence):
    sender.deliver(known("u1", **one), known("u2", **other), known("u3", email="x@example.com"))
    expected = {frozenset({person("u1"), person("u2")}): evidence} if evidence else {}
    assert pairs() == expected


def test_a_device_that_goes_from_one_known_person_to_another_is_evidence(sender):
    sender.deliver(known("u1", "d1", 1), known("u2", "d1", 3))
    move = DeviceMove.objects.get()
    assert (move.from_customer_id, move.to_customer_id) == (person("u1"), person("u2"))
    assert list(pairs().values()) == [["device"]]


def test_what_more_than_five_people_share_pairs_nobody_and_is_suggested_for_blocking(sender):
    sender.deliver(*[known(f"u{n}", email="office@example.com") for n in range(6)])
    assert pairs() == {}
    [value] = BlockedValue.objects.all()
    assert (value.kind, value.value, value.people, value.state) == (
        "email", "office@example.com", 6, "suggested",
    )  # fmt: skip


def test_a_blocked_value_names_nobody_and_what_names_nobody_else_waits(sender):
    sender.deliver(*[known(f"u{n}", email="office@example.com") for n in range(6)])
    services.look_for_duplicates(now=now())
    value = BlockedValue.objects.get()
    services.decide_value(value.id, block=True, actor="user:1", now=now())
    assert not Identity.objects.filter(kind="email").exists()
    done = sender.deliver(
        known("u9", email="office@example.com"),
        {"type": "identify", "traits": {"email": "office@example.com"}, "messageId": "only"},
    )
    assert (done.stored, done.quarantined) == (1, 1)
    assert QuarantinedMessage.objects.get().reason == "blocked_identifier"
    services.look_for_duplicates(now=now())
    value.refresh_from_db()
    assert (value.state, AuditEntry.objects.get(verb="decided").after) == (
        "blocked", {"state": "blocked"},
    )  # fmt: skip


def test_a_dismissed_pair_is_not_suggested_again_and_a_merged_one_is_gone(sender):
    sender.deliver(known("u1", email="ada@example.com"), known("u2", email="ada+1@example.com"),
                   known("u3", email="ada+2@example.com"))  # fmt: skip
    assert len(pairs()) == 3
    a, b, c = (person(user) for user in ("u1", "u2", "u3"))
    first = Duplicate.objects.get(one_id=a, other_id=b)
    services.dismiss_pair(first.id, actor="user:1", now=now())
    with pytest.raises(NotFound):
        services.dismiss_pair(first.id, actor="user:1", now=now())
    assert frozenset({a, b}) not in pairs()
    merge_explicitly(winner_id=b, loser_id=c, reason="Same.", actor="user:1", now=now())
    assert pairs() == {}


def anonymous(number: int):
    return {"type": "track", "event": "E", "anonymousId": f"d{number}", "messageId": f"a{number}"}


def gather(sender: Sender, start: int, count: int) -> None:
    """Let one known person take over so many anonymous visitors; the first becomes that person."""
    sender.deliver(*[anonymous(n) for n in range(start, start + count)])
    sender.deliver(
        *[
            {"type": "identify", "userId": "kiosk", "anonymousId": f"d{n}", "messageId": f"k{n}"}
            for n in range(start, start + count)
        ]
    )


def test_whoever_gathers_too_much_is_held_and_published_and_nothing_more_is_joined(sender):
    gather(sender, 0, services.MOST_MERGES)
    assert services.watch_stitching(now=now()) == 0
    gather(sender, 100, 1)
    assert [services.watch_stitching(now=now()) for _ in range(2)] == [1, 0]
    one = person("kiosk")
    assert StitchHold.objects.get().customer_id == one
    published = PublishedEvent.objects.get(type="profiles.stitching_held")
    assert published.payload["customer_id"] == one
    gather(sender, 200, 1)
    assert Identity.objects.get(value="d200").customer_id != one
    new_device = {"type": "track", "userId": "kiosk", "anonymousId": "new", "event": "E"}
    assert sender.deliver(new_device).stored == 1
    assert not Identity.objects.filter(value="new").exists()


def test_a_released_person_is_joined_again_and_not_held_for_the_same(sender):
    gather(sender, 0, services.MOST_MERGES + 1)
    services.watch_stitching(now=now())
    hold = StitchHold.objects.get()
    services.release_hold(hold.id, actor="user:1", now=now())
    with pytest.raises(Conflict):
        services.release_hold(hold.id, actor="user:1", now=now())
    assert services.watch_stitching(now=now()) == 0
    gather(sender, 300, 1)
    assert Identity.objects.get(value="d300").customer_id == person("kiosk")
    assert services.watch_stitching(now=now() + timedelta(hours=2)) == 0


def identified(number: int, **ids):
    """Say an e-mail address, or an id of another system, of one user."""
    context = {"externalIds": [{"id": f"x{number}", "type": ids["kind"], "collection": "users",
                                "encoding": "none"}]}  # fmt: skip
    return {"type": "track", "event": "E", "userId": "crowd", "messageId": f"c{number}",
            "context": context}  # fmt: skip


def test_an_event_that_would_join_too_much_in_a_day_waits_until_staff_decide(sender):
    # The user id and seven more are eight in a day.
    sender.deliver(*[identified(n, kind=f"system_{n % 3}") for n in range(7)])
    one = person("crowd")
    before = set(Identity.objects.filter(customer_id=one).values_list("kind", "value"))
    assert len(before) == MOST_IDENTIFIED_A_DAY
    drained = sender.deliver(*[identified(n, kind="system_9") for n in (100, 101)])
    assert (drained.stored, drained.quarantined) == (0, 2)
    assert set(Identity.objects.filter(customer_id=one).values_list("kind", "value")) == before
    assert set(QuarantinedMessage.objects.values_list("reason", flat=True)) == {"over_merge"}
    hold = StitchHold.objects.get()
    assert (hold.customer_id, hold.is_full, hold.identifiers) == (one, True, 8)
    assert PublishedEvent.objects.filter(type="profiles.stitching_held").count() == 1

    # What joins nothing is stored, also with another device.
    plain = {"type": "track", "event": "E", "userId": "crowd", "anonymousId": "phone-2"}
    assert sender.deliver(plain).stored == 1

    services.release_hold(hold.id, actor="user:1", now=now())
    assert not QuarantinedMessage.objects.filter(replayed_at=None).exists()
    assert Identity.objects.filter(customer_id=one, kind="system_9").count() == 2
    assert sender.deliver(identified(102, kind="system_9")).stored == 1


def test_what_one_request_brings_at_once_is_held_to_the_same_limit(sender):
    drained = sender.deliver(*[identified(n, kind=f"system_{n % 4}") for n in range(12)])
    assert (drained.stored, drained.quarantined) == (7, 5)
    assert Identity.objects.filter(customer_id=person("crowd")).count() == MOST_IDENTIFIED_A_DAY
    # Who was not stored before is noted with the next such event.
    sender.deliver(identified(50, kind="system_8"))
    assert StitchHold.objects.get().is_full


def test_ids_of_older_days_do_not_count(sender):
    old = [{**identified(n, kind=f"system_{n % 3}"), "timestamp": "2026-01-01T00:00:00Z"}
           for n in range(9)]  # fmt: skip
    assert sender.deliver(*old[:5]).stored == 5
    assert sender.deliver(*old[5:]).stored == 4


def test_an_erased_person_leaves_no_pair_move_or_hold(sender):
    sender.deliver(known("u1", "d1", 1), known("u2", "d1", 3))
    pairs()
    StitchHold.objects.create(customer_id=person("u1"), merges=1, identifiers=1, held_at=now())
    erase_customers([person("u1")], actor="user:1", reason="Request 1", now=now())
    assert (Duplicate.objects.count(), DeviceMove.objects.count(), StitchHold.objects.count()) == (
        0, 0, 0,
    )  # fmt: skip
    assert Customer.objects.filter(erased_at=None).count() == 1


def test_pages_show_pairs_holds_and_values_and_only_publishers_decide(
    client, owner, colleague, sender
):
    sender.deliver(*[known(f"u{n}", email="office@example.com", name=f"Ann {n}") for n in range(6)],
                   known("a", name="Ada Byron", zip="1"), known("b", name="Ada Byron", zip="1"))  # fmt: skip
    gather(sender, 0, services.MOST_MERGES + 1)
    services.look_for_duplicates(now=now())
    services.watch_stitching(now=now())
    pair, hold, value = (
        Duplicate.objects.get(),
        StitchHold.objects.get(),
        BlockedValue.objects.get(),
    )
    client.force_login(colleague)
    for name, text in (("duplicates", "Same name and postal code"), ("held", "Held"),
                       ("shared_values", "office@example.com")):  # fmt: skip
        assert text in client.get(reverse(f"profiles:{name}")).content.decode()
    deeds = [
        (reverse("profiles:duplicate_dismiss", args=[pair.id]), {}),
        (reverse("profiles:hold_release", args=[hold.id]), {}),
        (reverse("profiles:shared_value_decide", args=[value.id]), {"decision": "block"}),
    ]
    assert [client.post(path, body).status_code for path, body in deeds] == [403, 403, 403]
    client.force_login(owner)
    assert [client.post(path, body).status_code for path, body in deeds] == [302, 302, 302]
    for row in (pair, hold, value):
        row.refresh_from_db()
    assert (pair.state, hold.released_at is None, value.state) == ("dismissed", False, "blocked")
