"""API keys: issue, find the one a request carries, rotate, revoke.

A key reads `mcps_<prefix>_<secret>`. The secret has 256 random bits, so one round of SHA-256 is
enough; a slow password hash would only slow every request.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from kernel import audit
from kernel.access.models import ApiKey, User
from kernel.access.roles import Role, permissions_of
from kernel.errors import Conflict, Invalid

SCHEME: Final = "mcps"

MAX_NAME_LENGTH: Final = 100

# A key is used many times a second; the time of its last use is written once a minute.
LAST_USE_STEP: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key: its row, and the text that is shown once and never again."""

    row: ApiKey
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiClient:
    """The program behind a request that carries a key; it stands where a person would."""

    key_id: int
    name: str
    prefix: str
    role: Role
    is_authenticated: bool = True
    is_anonymous: bool = False
    is_active: bool = True

    @property
    def pk(self) -> str:
        """What logs call this program."""
        return f"key:{self.prefix}"

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Say whether the key's role has the permission, such as `kernel.edit`."""
        app, _, codename = perm.partition(".")
        return app == "kernel" and obj is None and codename in permissions_of(self.role)


@transaction.atomic
def issue_api_key(
    *, name: str, role: Role, actor: str, by: User | None = None, now: datetime
) -> IssuedKey:
    """Make a new key. The returned text is the only copy of it.

    Raises:
        Invalid: the key has no name, or a too long one.
    """
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise Invalid(
            "name", f"Name the program that will use the key, in 1 to {MAX_NAME_LENGTH} characters."
        )
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    row = ApiKey.objects.create(
        name=name, prefix=prefix, secret_hash=_hashed(secret), role=role.value,
        created_by=by, created_at=now,
    )  # fmt: skip
    _record(row, "created", actor=actor, now=now, after={"name": name, "role": role.value})
    return IssuedKey(row, f"{SCHEME}_{prefix}_{secret}")


def find_api_client(text: str, *, now: datetime) -> ApiClient | None:
    """Return the program that owns the key, or None for a wrong, expired or revoked key."""
    parts = text.split("_", 2)
    if len(parts) != 3 or parts[0] != SCHEME:
        return None
    row = ApiKey.objects.filter(prefix=parts[1]).first()
    if row is None or not hmac.compare_digest(row.secret_hash, _hashed(parts[2])):
        return None
    if not row.is_active(now=now):
        return None
    _note_use(row, now=now)
    return ApiClient(key_id=row.pk, name=row.name, prefix=row.prefix, role=Role(row.role))


@transaction.atomic
def rotate_api_key(
    row: ApiKey, *, actor: str, by: User | None = None, overlap: timedelta, now: datetime
) -> IssuedKey:
    """Replace a key by a new one of the same name and role; the old one works for `overlap` more.

    Raises:
        Conflict: the key is revoked or expired.
    """
    if not row.is_active(now=now):
        raise Conflict(f"The key “{row.name}” is closed already. Make a new one.")
    ends_at = now + overlap
    ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=ends_at), pk=row.pk).update(
        expires_at=ends_at
    )
    issued = issue_api_key(name=row.name, role=Role(row.role), actor=actor, by=by, now=now)
    after = {"expires_at": ends_at, "replaced_by": issued.row.prefix}
    _record(row, "rotated", actor=actor, now=now, after=after)
    return issued


@transaction.atomic
def revoke_api_key(row: ApiKey, *, actor: str, now: datetime) -> bool:
    """Close a key at once; say whether it was still open. A second call changes nothing."""
    is_closed = ApiKey.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=now) == 1
    if is_closed:
        _record(row, "revoked", actor=actor, now=now)
    return is_closed


def _record(
    row: ApiKey, verb: str, *, actor: str, now: datetime, after: dict[str, object] | None = None
) -> None:
    audit.record(
        actor=actor, verb=verb, object_type="api_key", object_id=row.prefix, after=after, now=now
    )


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _note_use(row: ApiKey, *, now: datetime) -> None:
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USE_STEP)
    ApiKey.objects.filter(stale, pk=row.pk).update(last_used_at=now)
