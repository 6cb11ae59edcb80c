"""E-mail through the usual services, in the words of django-anymail."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import formataddr
from importlib import import_module
from io import BytesIO
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailError,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
    AnymailWebhookValidationFailure,
)
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.core.mail import EmailMultiAlternatives
from pydantic import Field, SecretStr

from campaigns.channels.calling import meaning, retry
from campaigns.contracts import (
    Channel,
    EventKind,
    InboundMessage,
    OutgoingMessage,
    ProviderEvent,
    ProviderRequest,
    SendOutcome,
    SendResult,
)
from campaigns.extension_points import ProviderConfig
from kernel.errors import Forbidden, Invalid
from kernel.http.client import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How anymail calls a service: its module, the name of its key, how its reports are proved."""

    module: str
    key: str = "api_key"
    signed_by: str = "webhook_secret"
    fixed: Mapping[str, str] = field(default_factory=dict)


_EU = {"api_url": "https://api.eu.mailgun.net/v3"}
SERVICES: dict[str, Service] = {
    "postmark": Service(module="postmark", key="server_token"),
    "mailgun": Service(module="mailgun", signed_by="webhook_signing_key"),
    "mailgun_eu": Service(module="mailgun", signed_by="webhook_signing_key", fixed=_EU),
    "resend": Service(module="resend", signed_by="signing_secret"),
    "brevo": Service(module="brevo"),
    "sparkpost": Service(module="sparkpost"),
}
_CLASSES = {"postmark": "Postmark", "mailgun": "Mailgun", "resend": "Resend",
            "brevo": "Brevo", "sparkpost": "SparkPost"}  # fmt: skip
_KINDS = {kind.value: kind for kind in EventKind}


class AnymailConfig(ProviderConfig):
    """The service and its key.

    `report_secret` proves reports: the signing key of Mailgun and Resend; elsewhere it is
    `user:password`, which stands in the address that the service is given.
    """

    service: Literal["postmark", "mailgun", "mailgun_eu", "resend", "brevo", "sparkpost"]
    api_key: SecretStr
    report_secret: SecretStr = SecretStr("")
    timeout_seconds: float = Field(default=10, gt=0, le=60)


class AnymailProvider:
    """One call for each message over a kept session; the key of the delivery goes along."""

    kind = "anymail"
    channels = (Channel.EMAIL,)
    config_type = AnymailConfig

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: AnymailConfig, now: datetime
    ) -> list[SendResult]:
        """Hand over a batch; after a service did not answer, the rest waits."""
        if not messages:
            return []
        backend = _open(config)
        results: list[SendResult] = []
        try:
            for message in messages:
                if results and results[-1].reason in {"provider_timeout", "provider_unreachable"}:
                    results.append(retry("provider_unreachable"))
                    continue
                results.append(_hand_over(backend, message, now=now))
        finally:
            backend.close()
        return results

    def parse_webhook(
        self, request: ProviderRequest, *, config: AnymailConfig, now: datetime
    ) -> list[ProviderEvent | InboundMessage]:
        """Read the report of a service after checking its signature or its password."""
        try:
            events = _read_events(request, config)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise Invalid("body", "This is not a report of the service.") from None
        found = [_event(event, config.service, now=now) for event in events]
        return [event for event in found if event is not None]


def _open(config: AnymailConfig) -> Any:
    service = SERVICES[config.service]
    module = import_module(f"anymail.backends.{service.module}")
    settings = {
        service.key: config.api_key.get_secret_value(),
        "timeout": config.timeout_seconds,
        **service.fixed,
    }
    backend = module.EmailBackend(**settings)
    backend.open()
    return backend


def _hand_over(backend: Any, message: OutgoingMessage, *, now: datetime) -> SendResult:
    try:
        mail = _mail(message)
        backend.session.headers["Idempotency-Key"] = str(message.key)
        backend.send_messages([mail])
    except AnymailRecipientsRefused:
        return SendResult(outcome=SendOutcome.REFUSED, reason="recipient_refused")
    except AnymailRequestsAPIError as error:
        return _failure(error, now=now)
    except (AnymailError, ValueError):
        return SendResult(outcome=SendOutcome.REFUSED, reason="message_malformed")
    known = mail.anymail_status.message_id  # type: ignore[attr-defined]
    return SendResult(outcome=SendOutcome.ACCEPTED, provider_id=str(known or ""))


def _mail(message: OutgoingMessage) -> EmailMultiAlternatives:
    mail: Any = EmailMultiAlternatives(
        subject=" ".join(message.subject.split()),
        body=message.text,
        from_email=formataddr((message.from_name, message.from_address)),
        to=[message.address],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers=message.headers,
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    mail.metadata = {"delivery": str(message.key)}
    found: EmailMultiAlternatives = mail
    return found


def _failure(error: AnymailRequestsAPIError, *, now: datetime) -> SendResult:
    """Say what a failed call means; anymail mixes the class of `requests` into the error's own."""
    if error.response is not None:
        answer = Answer(status=error.response.status_code, headers=error.response.headers, body=b"")
        if 200 <= answer.status < 300:
            return SendResult(outcome=SendOutcome.UNCERTAIN, reason="answer_unreadable")
        return meaning(answer, now=now)
    names = {kind.__name__ for kind in type(error).__mro__}
    if "ConnectTimeout" in names or "NewConnectionError" in repr(error.__cause__):
        return retry("provider_unreachable")
    return SendResult(outcome=SendOutcome.UNCERTAIN, reason="provider_timeout")


def _read_events(request: ProviderRequest, config: AnymailConfig) -> list[Any]:
    service = SERVICES[config.service]
    secret = config.report_secret.get_secret_value()
    if not secret:
        raise Forbidden("The sender has no secret for reports.", code="forged_report")
    module = import_module(f"anymail.webhooks.{service.module}")
    view_type = getattr(module, f"{_CLASSES[service.module]}TrackingWebhookView")
    asked = _as_django(request)
    view = view_type(**{service.signed_by: secret})
    try:
        view.validate_request(asked)
    except (AnymailWebhookValidationFailure, SuspiciousOperation, AnymailConfigurationError):
        raise Forbidden(
            "The signature or the password does not fit.", code="forged_report"
        ) from None
    return list(view.parse_events(asked))


def _as_django(request: ProviderRequest) -> WSGIRequest:
    parts = urlsplit(request.url)
    environ: dict[str, Any] = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()
    }
    environ |= {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "SERVER_NAME": parts.hostname or "localhost",
        "SERVER_PORT": str(parts.port or 80),
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(request.body),
    }
    return WSGIRequest(environ)


def _event(event: Any, service: str, *, now: datetime) -> ProviderEvent | None:
    """Return a report in our words; one about a mail that we did not send is left out."""
    try:
        delivery = UUID(str((event.metadata or {}).get("delivery", "")))
    except ValueError:
        return None
    kind = _KINDS.get(event.event_type, EventKind.UNKNOWN)
    name = event.event_id or f"{event.message_id}:{event.event_type}:{event.timestamp}"
    raw = {"event": json.loads(json.dumps(event.esp_event, default=str))}
    if event.click_url:
        raw["url"] = event.click_url
    return ProviderEvent(
        delivery_key=delivery,
        kind=kind,
        at=event.timestamp or now,
        key=f"{service}:{name}",
        raw=raw,
    )
