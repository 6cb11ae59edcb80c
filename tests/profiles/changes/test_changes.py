"""Attributes set for everybody who matches: in sets, resumed, stopped, undone by the history."""

from datetime import UTC, datetime, timedelta

import pytest

from kernel.audit.models import AuditEntry
from kernel.errors import Conflict, Invalid
from profiles.changes import services
from profiles.changes.services import Wish, ask_change, run_changes, stop_change, undo_change
from profiles.customers.trait_services import choose_policy
from profiles.directory.queries import Narrowing
from profiles.models import Customer, SegmentMember, Touchpoint, TraitChange, TraitEntry
from profiles.segments.services.listing import create_list
from profiles.touchpoints.services.recording import set_traits_of
from tests.profiles.collecting import Sender

ACTOR = "user:1"
START = datetime.now(UTC)


def said(user: str, *, minutes: int = -60, since: datetime = START, **traits):
    at = since + timedelta(minutes=minutes)
    return {"type": "identify", "userId": user, "traits": traits, "timestamp": at.isoformat(),
            "messageId": f"{user}{minutes}"}  # fmt: skip


@pytest.fixture
def five(sender: Sender) -> Sender:
    """Five people; u0 is gold, u1 silver, the others have no tier."""
    sender.deliver(
        said("u0", tier="gold"), said("u1", tier="silver"), *(said(f"u{n}", n=n) for n in (2, 3, 4))
    )
    return sender


@pytest.fixture(autouse=True)
def small_sets(monkeypatch):
    monkeypatch.setattr(services, "SET", 2)
    monkeypatch.setattr(services, "UNDO_SET", 2)


def ask(value="gold", *, trait="tier", **filters) -> TraitChange:
    wish = Wish(trait=trait, value=value, narrowing=Narrowing(**filters))
    return ask_change(wish, actor=ACTOR, now=datetime.now(UTC))


def tiers() -> list[str | None]:
    people = Customer.objects.filter(identities__kind="user_id").order_by("identities__value")
    return [person.traits.get("tier") for person in people]


def run() -> int:
    return run_changes(now=datetime.now(UTC))


def undo(change: TraitChange) -> TraitChange:
    undo_change(change.key, actor=ACTOR, now=datetime.now(UTC))
    run()
    change.refresh_from_db()
    return change


def test_everybody_gets_the_value_once_and_undoing_puts_back_what_each_had(five: Sender):
    change = ask()
    assert (run(), run()) == (5, 0)
    change.refresh_from_db()
    assert (change.status, change.reached, change.progress_percent) == ("done", 5, 100)
    assert tiers() == ["gold"] * 5
    assert Touchpoint.objects.filter(occurred_at=change.created_at).count() == 5
    undone = undo(change)
    assert (undone.status, undone.reached, undone.restored) == ("undone", 5, 4)
    assert tiers() == ["gold", "silver", None, None, None]
    deeds = AuditEntry.objects.filter(object_type="trait_change", object_id=str(change.key))
    assert list(deeds.order_by("id").values_list("verb", flat=True)) == ["traits_set", "undone"]
    assert "gold" not in str([deed.after for deed in deeds])


def test_only_who_matches_is_reached(five: Sender):
    segment = create_list(name="Some", now=START)
    for user in ("u1", "u3"):
        person = Customer.objects.get(identities__value=user)
        SegmentMember.objects.create(segment=segment, customer_id=person.pk, since=START)
    ask("vip", segment_id=segment.pk)
    assert run() == 2
    assert tiers() == ["gold", "vip", None, "vip", None]


def test_who_comes_after_the_asking_is_left_alone(five: Sender):
    ask("vip", is_known=True)
    five.deliver(said("u5", n=5))
    assert run() == 5
    assert tiers()[-1] is None


def test_an_attribute_is_removed_and_comes_back(five: Sender):
    change = ask(None)
    run()
    assert tiers() == [None] * 5
    undo(change)
    assert tiers() == ["gold", "silver", None, None, None]


def test_what_breaks_off_goes_on_where_it_was(five: Sender, monkeypatch):
    monkeypatch.setattr(services, "_MOST_SETS", 1)
    change = ask("vip")
    assert run() == 2

    def set_and_die(*args, **options):
        set_traits_of(*args, **options)
        raise ConnectionError("the database went away")

    monkeypatch.setattr(services, "set_traits_of", set_and_die)
    with pytest.raises(ConnectionError):
        run()
    change.refresh_from_db()
    assert (change.reached, tiers().count("vip")) == (2, 2)
    monkeypatch.setattr(services, "set_traits_of", set_traits_of)
    assert [run() for _ in range(4)] == [2, 1, 0, 0]
    change.refresh_from_db()
    assert (change.status, change.reached, tiers()) == ("done", 5, ["vip"] * 5)
    assert TraitEntry.objects.filter(traits={"tier": "vip"}).count() == 5


def test_a_stopped_change_reaches_nobody_more_and_can_be_undone(five: Sender, monkeypatch):
    monkeypatch.setattr(services, "_MOST_SETS", 1)
    change = ask("vip")
    run()
    for _ in range(2):
        stop_change(change.key, actor=ACTOR, now=datetime.now(UTC))
    assert (run(), tiers().count("vip")) == (0, 2)
    monkeypatch.setattr(services, "_MOST_SETS", 40)
    assert undo(change).restored == 2
    assert tiers() == ["gold", "silver", None, None, None]
    assert AuditEntry.objects.filter(verb="stopped").count() == 1


def test_undoing_leaves_what_was_said_since(five: Sender):
    change = ask("vip")
    run()
    five.deliver(said("u1", minutes=1, since=change.created_at, tier="platinum"))
    undo(change)
    assert tiers() == ["gold", "platinum", None, None, None]


def test_what_a_source_said_after_the_asking_stays(five: Sender):
    change = ask("vip")
    five.deliver(said("u1", minutes=1, since=change.created_at, tier="platinum"))
    run()
    assert tiers() == ["vip", "platinum", "vip", "vip", "vip"]
    undo(change)
    assert tiers() == ["gold", "platinum", None, None, None]


def test_a_change_is_undone_once_and_not_while_it_works(five: Sender):
    change, now = ask("vip"), datetime.now(UTC)
    with pytest.raises(Conflict, match="done or stopped"):
        undo_change(change.key, actor=ACTOR, now=now)
    run()
    undo(change)
    with pytest.raises(Conflict, match="once"):
        undo_change(change.key, actor=ACTOR, now=now)
    with pytest.raises(Conflict, match="being undone, or was"):
        stop_change(change.key, actor=ACTOR, now=now)


def test_an_attribute_that_keeps_the_largest_value_cannot_be_undone(five: Sender):
    choose_policy("n", rule="largest", actor=ACTOR, now=datetime.now(UTC))
    change = ask(10, trait="n")
    run()
    with pytest.raises(Conflict, match="“Largest”"):
        undo_change(change.key, actor=ACTOR, now=datetime.now(UTC))
    change.refresh_from_db()
    assert change.status == "done"


@pytest.mark.parametrize(
    ("trait", "value", "field"),
    [(" ", "x", "name"), ("email", "x", "name"), ("tier", "x" * 1_000, "value")],
    ids=["no-name", "tells-apart", "too-long"],
)
def test_what_cannot_be_set_is_refused(five: Sender, trait, value, field):
    with pytest.raises(Invalid) as refused:
        ask(value, trait=trait)
    assert refused.value.field == field
    assert not TraitChange.objects.exists()


def test_erased_people_are_passed_over(five: Sender):
    change = ask("vip")
    gone = Customer.objects.get(identities__value="u3")
    gone.erased_at = START
    gone.save(update_fields=["erased_at"])
    assert run() == 4
    gone.refresh_from_db()
    assert "tier" not in gone.traits
    change.refresh_from_db()
    assert change.reached == 4
