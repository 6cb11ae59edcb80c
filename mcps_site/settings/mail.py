"""Reads the address of the mail server for mail to staff (password links, security notices)."""

from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_BACKENDS = "django.core.mail.backends"


def mail_settings(url: str) -> dict[str, object]:
    """Turn `smtp://user:password@host:port` into Django's mail settings.

    `smtp+tls` upgrades the connection by STARTTLS, `smtps` is TLS from the start, and `console:`
    prints mail into the log.
    """
    if url == "console:":
        return {"EMAIL_BACKEND": f"{_BACKENDS}.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtp+tls", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(
            "STAFF_MAIL_URL must look like smtp://user:password@host:port, smtp+tls://… or "
            "smtps://…, or be “console:”."
        )
    return {
        "EMAIL_BACKEND": f"{_BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }
