"""E-mail over SMTP, one connection for a batch."""

import re
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Literal

from django.conf import settings
from pydantic import Field, SecretStr

from campaigns.channels.providers.smtp.mime import build_mail, message_id
from campaigns.contracts import (
    Channel,
    OutgoingMessage,
    SendOutcome,
    SendResult,
)
from campaigns.extension_points import ProviderConfig


class SmtpConfig(ProviderConfig):
    """Where to hand mail over. An empty host means the mail server of the settings."""

    host: str = ""
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "none"
    username: str = ""
    password: SecretStr = SecretStr("")
    timeout_seconds: float = Field(default=10, gt=0, le=120)


class _Broken(Exception):
    """The connection failed; `uncertain` when the server may already have taken the message."""

    def __init__(self, reason: str, *, uncertain: bool) -> None:
        super().__init__(reason)
        self.uncertain = uncertain


class SmtpProvider:
    """Speaks SMTP step by step, to know whether a lost connection lost the message."""

    kind = "smtp"
    channels = (Channel.EMAIL,)
    config_type = SmtpConfig

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: SmtpConfig, now: datetime
    ) -> list[SendResult]:
        """Hand over a batch on one connection; reconnects once a connection breaks."""
        results: list[SendResult] = []
        link: smtplib.SMTP | None = None
        for message in messages:
            try:
                link = link or _connect(config)
            except (OSError, smtplib.SMTPException):
                waiting = len(messages) - len(results)
                return [*results, *[_retry("provider_unreachable")] * waiting]
            try:
                results.append(_hand_over(link, message, now=now))
            except _Broken as broken:
                outcome = SendOutcome.UNCERTAIN if broken.uncertain else SendOutcome.RETRY
                results.append(SendResult(outcome=outcome, reason="connection_lost"))
                link.close()
                link = None
        if link is not None:
            with suppress(OSError, smtplib.SMTPException):
                link.quit()
        return results


def _retry(reason: str) -> SendResult:
    return SendResult(outcome=SendOutcome.RETRY, reason=reason)


def _from_settings() -> SmtpConfig:
    """Return the mail server that `STAFF_MAIL_URL` names."""
    security = "tls" if settings.EMAIL_USE_SSL else "starttls" if settings.EMAIL_USE_TLS else "none"
    return SmtpConfig.model_validate(
        {
            "host": settings.EMAIL_HOST,
            "port": settings.EMAIL_PORT,
            "security": security,
            "username": settings.EMAIL_HOST_USER,
            "password": settings.EMAIL_HOST_PASSWORD,
        }
    )


def _connect(config: SmtpConfig) -> smtplib.SMTP:
    server = config if config.host else _from_settings()
    timeout = config.timeout_seconds
    link: smtplib.SMTP
    if server.security == "tls":
        context = ssl.create_default_context()
        link = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=context)
    else:
        link = smtplib.SMTP(server.host, server.port, timeout=timeout)
    if server.security == "starttls":
        link.starttls(context=ssl.create_default_context())
    if server.username:
        link.login(server.username, server.password.get_secret_value())
    return link


def _hand_over(link: smtplib.SMTP, message: OutgoingMessage, *, now: datetime) -> SendResult:
    """Send one mail. Until the data is on its way a lost connection loses nothing."""
    try:
        raw = build_mail(message, now=now).as_bytes()
    except (ValueError, UnicodeError):
        return SendResult(outcome=SendOutcome.REFUSED, reason="message_malformed")
    try:
        link.ehlo_or_helo_if_needed()
        refused = _refusal(link, message)
        if refused:
            link.rset()
            return refused
        code, _ = link.docmd("DATA")
        if code != 354:
            return _answer(code, message)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise _Broken("before data", uncertain=False) from error
    try:
        link.send(_quoted(raw))
        code, _ = link.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise _Broken("after data", uncertain=True) from error
    return _answer(code, message)


def _quoted(raw: bytes) -> bytes:
    """Return the mail as DATA wants it: leading periods doubled, closed by a period of its own."""
    ended = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n"


def _refusal(link: smtplib.SMTP, message: OutgoingMessage) -> SendResult | None:
    for code, _ in (link.mail(message.from_address), link.rcpt(message.address)):
        if not 200 <= code < 300:
            return _answer(code, message)
    return None


def _answer(code: int, message: OutgoingMessage) -> SendResult:
    """Turn a reply code into a result: 2xx taken, 4xx may mend, 5xx will not."""
    if 200 <= code < 300:
        return SendResult(outcome=SendOutcome.ACCEPTED, provider_id=message_id(message))
    if 400 <= code < 500:
        return _retry(f"smtp_{code}")
    return SendResult(outcome=SendOutcome.REFUSED, reason=f"smtp_{code}")
