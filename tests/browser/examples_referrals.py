"""What the pages of programs and rewards show: a referral paid, and a finding that waits."""

from datetime import UTC, datetime, timedelta

from tests.browser.examples import example

NOW = datetime.now(UTC)


def _paid_referral():
    """One referral by Ada whose two rewards are granted, and a finding that waits."""
    from referrals.models import Finding, Grant
    from referrals.rewards.queries import hold_grants, post_grants
    from referrals.rewards.rules import GrantStatus, PostingKind
    from referrals.rewards.services import release_due
    from tests.referrals.world import advocate, live_program, new_key, refer

    found = Grant.objects.filter(rule="advocate").select_related("program", "referral").first()
    if found is not None:
        return found
    program = live_program(hold_seconds=0)
    who = advocate(program, "ada.advocate")
    referral = refer(program, who, "ben.friend", at=NOW - timedelta(days=3))
    referral.status, referral.converted_at = "converted", NOW - timedelta(days=1)
    referral.save()
    keys = {"advocate_keys": [new_key(now=NOW)], "friend_keys": [new_key(now=NOW)]}
    held = hold_grants([referral.pk], **keys)
    post_grants(held, PostingKind.EARN, before=GrantStatus.HELD, reason="converted", now=NOW)
    release_due(now=NOW)
    Finding.objects.create(
        program=program, advocate=who, friend_id=referral.friend_id, referral=referral,
        kind="many_from_one_place", severity="hold",
        evidence={"signups_in_24_hours": 9, "limit": 3},
    )  # fmt: skip
    return Grant.objects.get(rule="advocate")


for _page in ("program", "terms"):
    example(f"referrals:{_page}")(lambda: {"key": _paid_referral().program.key})

for _page in ("invitation", "thanks"):
    example(f"referrals:{_page}")(lambda: {"code": _paid_referral().referral.advocate.code})


@example("referrals:grant")
def _grant():
    return {"key": _paid_referral().key}


@example("referrals:program_end")
def _program():
    return {"key": _paid_referral().program.key}


@example("referrals:finding")
def _finding():
    from referrals.models import Finding

    _paid_referral()
    return {"finding_id": Finding.objects.get().pk}
