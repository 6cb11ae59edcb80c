"""Text messages and WhatsApp through Twilio, or whoever speaks its Messages API."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from uuid import UUID
from xml.sax.saxutils import escape

from pydantic import Field, SecretStr

from campaigns.channels.calling import Call, Caller, is_success, read_json
from campaigns.channels.rules import Keyword, keyword_of
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
from kernel.errors import Forbidden, Invalid, Unavailable
from kernel.http.client import OutgoingClient

_WHATSAPP = "whatsapp:"
_EVENTS = {
    "queued": EventKind.QUEUED,
    "sent": EventKind.SENT,
    "delivered": EventKind.DELIVERED,
    "read": EventKind.OPENED,
    "undelivered": EventKind.FAILED,
    "failed": EventKind.FAILED,
}
# Nobody has this number, it takes no texts, or its owner told the provider to stop.
_DEAD = {21211: "invalid_number", 21610: "stopped_at_provider", 21614: "not_mobile"}
_BOUNCES = {"30003", "30005", "30006"}


class TwilioConfig(ProviderConfig):
    """The account; messages leave by a messaging service, or by the sender's own number."""

    account_sid: str = Field(min_length=2, max_length=64, pattern=r"^[A-Za-z0-9]+$")
    auth_token: SecretStr
    messaging_service_sid: str = ""
    help_text: str = Field(default="", max_length=480)
    api_url: str = "https://api.twilio.com"
    timeout_seconds: float = Field(default=10, gt=0, le=60)


class TwilioProvider:
    """One call for each message; the repetition of a key is recognized by Twilio."""

    kind = "twilio"
    channels = (Channel.SMS, Channel.WHATSAPP)
    config_type = TwilioConfig

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: TwilioConfig, now: datetime
    ) -> list[SendResult]:
        """Hand over a batch on kept connections."""
        with Caller(timeout_seconds=config.timeout_seconds) as caller:
            return [_hand_over(caller, message, config=config, now=now) for message in messages]

    def parse_webhook(
        self, request: ProviderRequest, *, config: TwilioConfig, now: datetime
    ) -> list[ProviderEvent | InboundMessage]:
        """Read a status callback or an incoming message after checking `X-Twilio-Signature`."""
        values = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        expected = sign(request.url, values, token=config.auth_token.get_secret_value())
        if not hmac.compare_digest(expected, request.headers.get("x-twilio-signature", "")):
            raise Forbidden("The signature does not fit the auth token.", code="forged_report")
        if "MessageStatus" in values:
            return [_event(values, request.query, now=now)]
        return [_inbound(values)]

    def answer(
        self, inbound: Sequence[InboundMessage], *, config: TwilioConfig
    ) -> tuple[str, bytes]:
        """Answer HELP with the text of the settings; Twilio itself confirms STOP and START."""
        asked = any(keyword_of(message.text) is Keyword.HELP for message in inbound)
        words = f"<Message>{escape(config.help_text)}</Message>" if asked else ""
        words = words if config.help_text else ""
        page = f'<?xml version="1.0" encoding="UTF-8"?><Response>{words}</Response>'
        return "text/xml", page.encode()

    def check(self, *, config: TwilioConfig, now: datetime) -> str:
        """Ask for the account and say whether it is in use."""
        with OutgoingClient() as client:
            answer = client.request(
                "GET", f"{_account_url(config)}.json", headers=_authorization(config)
            )
        if answer.status in {401, 403, 404}:
            raise Invalid("auth_token", "The provider refuses the account id or the auth token.")
        if answer.status != 200:
            raise Unavailable(f"The provider answered {answer.status}.")
        status = read_json(answer.body).get("status", "unknown")
        return f"The account is known; its status is “{status}”."


def sign(url: str, values: dict[str, str], *, token: str) -> str:
    """Return the signature of a request: the address and all values in order of their names."""
    signed = url + "".join(name + values[name] for name in sorted(values))
    digest = hmac.digest(token.encode(), signed.encode(), hashlib.sha1)
    return base64.b64encode(digest).decode()


def _hand_over(
    caller: Caller, message: OutgoingMessage, *, config: TwilioConfig, now: datetime
) -> SendResult:
    call = Call(
        url=f"{_account_url(config)}/Messages.json",
        key=message.key,
        content=urlencode(_form(message, config)).encode(),
        headers={
            **_authorization(config),
            "Content-Type": "application/x-www-form-urlencoded",
            "I-Twilio-Idempotency-Token": str(message.key),
        },
    )
    answer = caller.call(call, now=now)
    if isinstance(answer, SendResult):
        return answer
    body = read_json(answer.body)
    if is_success(answer):
        return SendResult(outcome=SendOutcome.ACCEPTED, provider_id=str(body.get("sid", "")))
    code = int(body.get("code") or 0)
    return SendResult(
        outcome=SendOutcome.REFUSED,
        reason=_DEAD.get(code, f"twilio_{code}" if code else f"http_{answer.status}"),
        is_dead_address=code in _DEAD,
    )


def _form(message: OutgoingMessage, config: TwilioConfig) -> dict[str, str]:
    prefix = _WHATSAPP if message.channel is Channel.WHATSAPP else ""
    form = {"To": prefix + message.address}
    if config.messaging_service_sid:
        form["MessagingServiceSid"] = config.messaging_service_sid
    else:
        form["From"] = prefix + message.from_address
    if message.values.get("content_sid"):
        form["ContentSid"] = message.values["content_sid"]
        form["ContentVariables"] = message.values.get("content_variables") or "{}"
    else:
        form["Body"] = message.text
    if message.report_url:
        form["StatusCallback"] = f"{message.report_url}?delivery={message.key}"
    return form


def _event(values: dict[str, str], query: Mapping[str, str], *, now: datetime) -> ProviderEvent:
    try:
        delivery = UUID(query.get("delivery", ""))
    except ValueError:
        raise Invalid("delivery", "The address of the report names no delivery.") from None
    status = values["MessageStatus"]
    kind = _EVENTS.get(status, EventKind.UNKNOWN)
    if kind is EventKind.FAILED and values.get("ErrorCode") in _BOUNCES:
        kind = EventKind.BOUNCED
    return ProviderEvent(
        delivery_key=delivery,
        kind=kind,
        at=now,
        key=f"twilio:{values.get('MessageSid', '')}:{status}",
        raw=dict(values),
    )


def _inbound(values: dict[str, str]) -> InboundMessage:
    sender = values.get("From", "")
    if not sender or "MessageSid" not in values:
        raise Invalid("From", "This is neither a status nor a message.")
    is_whatsapp = sender.startswith(_WHATSAPP)
    return InboundMessage(
        channel=Channel.WHATSAPP if is_whatsapp else Channel.SMS,
        address=sender.removeprefix(_WHATSAPP),
        text=values.get("OptOutType") or values.get("Body", ""),
        key=f"twilio:{values['MessageSid']}",
    )


def _account_url(config: TwilioConfig) -> str:
    return f"{config.api_url.rstrip('/')}/2010-04-01/Accounts/{config.account_sid}"


def _authorization(config: TwilioConfig) -> dict[str, str]:
    pair = f"{config.account_sid}:{config.auth_token.get_secret_value()}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
