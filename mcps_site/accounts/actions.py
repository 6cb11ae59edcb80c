"""What an admin can do to an account; each asks on a page first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from kernel import audit
from kernel.access.models import User
from kernel.access.staff import deactivate_staff, reactivate_staff
from mcps_site.accounts.links import password_link


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAction:
    """One action: its words, and what it does. `run` returns a link to hand over, or nothing."""

    title: str
    text: str
    button: str
    done: str
    run: Callable[[User, str, datetime], str | None]
    is_danger: bool = False


def _deactivate(user: User, actor: str, now: datetime) -> None:
    deactivate_staff(user, actor=actor, now=now)


def _reactivate(user: User, actor: str, now: datetime) -> None:
    reactivate_staff(user, actor=actor, now=now)


@transaction.atomic
def _remove_second_factor(user: User, actor: str, now: datetime) -> None:
    removed, _ = Authenticator.objects.filter(user=user).delete()
    if removed:
        _record(user, "second_factor_removed", actor, now)


@transaction.atomic
def _make_link(user: User, actor: str, now: datetime) -> str:
    _record(user, "password_link_made", actor, now)
    return password_link(user)


def _record(user: User, verb: str, actor: str, now: datetime) -> None:
    audit.record(actor=actor, verb=verb, object_type="staff", object_id=user.pk, now=now)


ACTIONS: dict[str, StaffAction] = {
    "deactivate": StaffAction(
        title="Deactivate", button="Deactivate", is_danger=True, run=_deactivate,
        text="The person is logged out with the next click and cannot log in. What they made "
        "stays. You can reactivate the account at any time.",
        done="is deactivated",
    ),
    "reactivate": StaffAction(
        title="Reactivate", button="Reactivate", run=_reactivate,
        text="The person can log in again with the role and the password they had.",
        done="can log in again",
    ),
    "second-factor-off": StaffAction(
        title="Turn the second factor off for", button="Turn off", is_danger=True,
        run=_remove_second_factor,
        text="For somebody who lost the phone and the recovery codes. Be sure that it is the "
        "person who asks: after this the password alone opens the door.",
        done="logs in by password alone",
    ),
    "password-link": StaffAction(
        title="Make a password link for", button="Make the link", run=_make_link,
        text="Whoever has the link can set the password, once, within three days. Hand it over "
        "by a way that only this person reads.",
        done="can set a password",
    ),
}  # fmt: skip
