"""The public links of a delivery and the headers made of them."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings

from campaigns.content.rules.rendering import PersonalLinks
from campaigns.content.rules.tokens import Scope, derive_key, sign_token

# RFC 8058 asks that unsubscribing works as long as the mail may be read; a year is the custom.
UNSUBSCRIBE_DAYS = 400
TRACK_DAYS = 180


@lru_cache(maxsize=1)
def signing_key(secret: str) -> bytes:
    """Return the key that signs the tokens of deliveries."""
    return derive_key(secret)


def personal_links(delivery_id: int, *, now: datetime) -> PersonalLinks:
    """Return the links of one delivery, signed and expiring."""
    key = signing_key(settings.SECRET_KEY)
    base = settings.PUBLIC_URL
    track_until = now + timedelta(days=TRACK_DAYS)

    def token(scope: Scope, until: datetime, text: str = "") -> str:
        return sign_token(key, scope, delivery_id=delivery_id, expires_at=until, text=text)

    def track(target: str) -> str:
        if not target.startswith(("http://", "https://")):
            return target
        return f"{base}/e/c/{token(Scope.CLICK, track_until, target)}"

    leave = token(Scope.UNSUBSCRIBE, now + timedelta(days=UNSUBSCRIBE_DAYS))
    return PersonalLinks(
        unsubscribe=f"{base}/e/u/{leave}",
        open_pixel=f"{base}/e/o/{token(Scope.OPEN, track_until)}",
        track=track,
        view=f"{base}/e/v/{token(Scope.VIEW, track_until)}",
        trap=f"{base}/e/t/{token(Scope.TRAP, track_until)}",
    )


def list_headers(links: PersonalLinks) -> dict[str, str]:
    """Return the headers by which a mail program unsubscribes in one click (RFC 2369, RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{links.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
