"""Staff accounts: create, give a role, deactivate. No page and no e-mail is known here."""

from datetime import datetime

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from kernel import audit
from kernel.access.models import User
from kernel.access.roles import PERMISSIONS, Role, permissions_of
from kernel.errors import Conflict, Invalid


def sync_roles() -> None:
    """Make the groups of the four roles and give each exactly its permissions.

    A second call changes nothing. Groups of other names are left alone.
    """
    kind = ContentType.objects.get_for_model(User)
    known = {
        codename: Permission.objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": name}
        )[0]
        for codename, name in PERMISSIONS.items()
    }
    for role in Role:
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set([known[codename] for codename in permissions_of(role)])


def role_of(user: User) -> Role | None:
    """Return the person's role; a superuser counts as admin, a person without a group has none."""
    if user.is_superuser:
        return Role.ADMIN
    # Not a filter: a list of people has their groups prefetched.
    names = {group.name for group in user.groups.all()}
    return next((role for role in reversed(Role) if role.value in names), None)


def assign_role(user: User, role: Role) -> None:
    """Give the person this role and take the others away. Groups that are no role stay."""
    sync_roles()
    ours = [each.value for each in Role]
    user.groups.remove(*user.groups.filter(name__in=ours))
    user.groups.add(Group.objects.get(name=role.value))
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    # Django keeps the permissions it has read on the object; they are those of the old role.
    for kept in ("_perm_cache", "_user_perm_cache", "_group_perm_cache"):
        user.__dict__.pop(kept, None)


@transaction.atomic
def create_staff(*, email: str, role: Role, name: str = "", actor: str, now: datetime) -> User:
    """Create an account without a password; the person sets one by a link.

    Raises:
        Invalid: the address is not usable, or somebody has it already.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid("email", f"“{email}” is not an e-mail address.") from None
    if User.objects.filter(email=address).exists():
        raise Invalid("email", f"{address} has an account already.", code="taken")
    user = User.objects.create_user(address, first_name=name.strip())
    assign_role(user, role)
    _record(user, "created", actor=actor, now=now, after={"role": role.value})
    return user


@transaction.atomic
def change_role(user: User, role: Role, *, actor: str, now: datetime) -> None:
    """Give the person another role. The same role again changes nothing.

    Raises:
        Conflict: nobody would be left who can manage staff, or the person is a superuser.
    """
    before = role_of(user)
    if before is role:
        return
    if user.is_superuser:
        raise Conflict(f"{user.email} is a superuser and always an admin; deactivate instead.")
    if before is Role.ADMIN:
        _require_another_admin(user)
    assign_role(user, role)
    _record(
        user, "role_changed", actor=actor, now=now,
        before={"role": before.value if before else None}, after={"role": role.value},
    )  # fmt: skip


@transaction.atomic
def deactivate_staff(user: User, *, actor: str, now: datetime) -> None:
    """Close an account; its sessions end with the next request. A second call changes nothing.

    Raises:
        Conflict: nobody would be left who can manage staff.
    """
    if not user.is_active:
        return
    if role_of(user) is Role.ADMIN:
        _require_another_admin(user)
    _set_active(user, is_active=False)
    _record(user, "deactivated", actor=actor, now=now)


@transaction.atomic
def reactivate_staff(user: User, *, actor: str, now: datetime) -> None:
    """Open a closed account again, with its role and password. A second call changes nothing."""
    if user.is_active:
        return
    _set_active(user, is_active=True)
    _record(user, "reactivated", actor=actor, now=now)


def _require_another_admin(leaving: User) -> None:
    # The lock lets two admins who remove each other at once not both succeed.
    admins = User.objects.select_for_update().filter(is_active=True).order_by("pk")
    if not any(role_of(user) is Role.ADMIN for user in admins if user.pk != leaving.pk):
        raise Conflict(
            f"{leaving.email} is the only admin. Make somebody else an admin first.",
            code="last_admin",
        )


def _set_active(user: User, *, is_active: bool) -> None:
    user.is_active = is_active
    user.save(update_fields=["is_active"])


def _record(
    user: User, verb: str, *, actor: str, now: datetime,
    before: dict[str, str | None] | None = None, after: dict[str, str | None] | None = None,
) -> None:  # fmt: skip
    audit.record(
        actor=actor, verb=verb, object_type="staff", object_id=user.pk,
        before=before, after=after, now=now,
    )  # fmt: skip
