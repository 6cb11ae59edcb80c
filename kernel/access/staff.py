"""Staff accounts: create, give a role, deactivate. No page and no e-mail is known here."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from kernel.access.models import User
from kernel.access.roles import PERMISSIONS, Role, permissions_of


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
    names = set(user.groups.values_list("name", flat=True))
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
