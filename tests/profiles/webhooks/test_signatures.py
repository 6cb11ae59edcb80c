"""Signatures: what each provider publishes as an example is genuine, and a little else is not."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from profiles.webhooks.rules.signatures import (
    Forged,
    Incoming,
    Signature,
    check_signature,
    is_usable_secret,
    make_secret,
)

NOW = datetime(2026, 3, 14, 8, 20, tzinfo=UTC)
URL = "https://mcps.example/hooks/a.1.b"
BODY = b'{"a": 1}'


def digest(secret: bytes, text: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret, text, algorithm).digest()


def b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def code(
    signature: dict, secret: str, headers: dict[str, str], *, body: bytes = BODY, url: str = URL,
    now: datetime = NOW,
) -> str:  # fmt: skip
    incoming = Incoming("POST", url, {k.lower(): v for k, v in headers.items()}, body)
    try:
        check_signature(Signature.model_validate(signature), secret, incoming, now=now)
    except Forged as error:
        return error.code
    return "genuine"


STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDARD = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,other",
}
STANDARD_BODY = b'{"test": 2432232314}'
STANDARD_NOW = datetime.fromtimestamp(1614265330, UTC)


def test_the_example_of_the_standard_webhooks_specification_is_genuine():
    ask = {"body": STANDARD_BODY, "now": STANDARD_NOW}
    assert code({"scheme": "standard"}, STANDARD_SECRET, STANDARD, **ask) == "genuine"
    svix = {name.replace("webhook", "svix"): value for name, value in STANDARD.items()}
    assert code({"scheme": "standard"}, STANDARD_SECRET, svix, **ask) == "genuine"
    other = {**STANDARD, "webhook-id": "msg_other"}
    assert code({"scheme": "standard"}, STANDARD_SECRET, other, **ask) == "bad_signature"
    late = {**ask, "now": STANDARD_NOW + timedelta(seconds=301)}
    assert code({"scheme": "standard"}, STANDARD_SECRET, STANDARD, **late) == "stale_signature"
    early = {**ask, "now": STANDARD_NOW - timedelta(seconds=301)}
    assert code({"scheme": "standard"}, STANDARD_SECRET, STANDARD, **early) == "stale_signature"


def test_the_example_of_github_is_genuine():
    header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    secret, headers = "It's a Secret to Everybody", {"X-Hub-Signature-256": header}
    assert code({"scheme": "github"}, secret, headers, body=b"Hello, World!") == "genuine"
    assert code({"scheme": "github"}, secret, headers, body=b"Hello, World?") == "bad_signature"


def test_the_example_of_twilio_is_genuine():
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    body = (b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234"
            b"&From=%2B14158675309&To=%2B18005551212")  # fmt: skip
    headers = {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
               "Content-Type": "application/x-www-form-urlencoded"}  # fmt: skip
    assert code({"scheme": "twilio"}, "12345", headers, body=body, url=url) == "genuine"
    elsewhere = code({"scheme": "twilio"}, "12345", headers, body=body, url=URL)
    assert elsewhere == "bad_signature"


def test_a_json_body_of_twilio_is_bound_by_its_hash_in_the_address():
    url = f"{URL}?bodySHA256={hashlib.sha256(BODY).hexdigest()}"
    headers = {"X-Twilio-Signature": b64(digest(b"token-12", url.encode(), "sha1")),
               "Content-Type": "application/json"}  # fmt: skip
    assert code({"scheme": "twilio"}, "token-12", headers, url=url) == "genuine"
    assert code({"scheme": "twilio"}, "token-12", headers, url=url, body=b"{}") == "bad_signature"


STAMP = str(int(NOW.timestamp()))
MILLIS = STAMP + "000"
KEY = b"secret-of-tests"
PLAIN = {"scheme": "hmac", "header": "X-Sig"}
ZENDESK = {"scheme": "hmac", "header": "X-Sig", "encoding": "base64", "timestamp_header": "X-At"}
GENUINE = [
    ({"scheme": "shopify"}, {"X-Shopify-Hmac-Sha256": b64(digest(KEY, BODY))}),
    ({"scheme": "stripe"},
     {"Stripe-Signature": f"t={STAMP},v1=00,v1={digest(KEY, STAMP.encode() + b'.' + BODY).hex()}"}),
    ({"scheme": "stripe", "header": "Calendly-Webhook-Signature"},
     {"Calendly-Webhook-Signature": f"t={STAMP},v1={digest(KEY, STAMP.encode() + b'.' + BODY).hex()}"}),
    ({"scheme": "hubspot"},
     {"X-HubSpot-Request-Timestamp": MILLIS,
      "X-HubSpot-Signature-v3": b64(digest(KEY, f"POST{URL}".encode() + BODY + MILLIS.encode()))}),
    (PLAIN, {"X-Sig": digest(KEY, BODY).hex()}),
    ({**PLAIN, "algorithm": "sha1", "prefix": "sha1="},
     {"X-Sig": "sha1=" + digest(KEY, BODY, "sha1").hex()}),
    ({**PLAIN, "algorithm": "sha512", "encoding": "base64"},
     {"X-Sig": b64(digest(KEY, BODY, "sha512"))}),
    (ZENDESK, {"X-At": "2026-03-14T08:20:00Z",
               "X-Sig": b64(digest(KEY, b"2026-03-14T08:20:00Z" + BODY))}),
]  # fmt: skip
IDS = ["shopify", "stripe", "calendly", "hubspot", "hex", "sha1", "sha512", "zendesk"]


@pytest.mark.parametrize(("signature", "headers"), GENUINE, ids=IDS)
def test_what_the_secret_signed_is_genuine_and_all_else_is_forged(signature, headers):
    secret = KEY.decode()
    assert code(signature, secret, headers) == "genuine"
    assert code(signature, secret + "!", headers) == "bad_signature"
    assert code(signature, secret, headers, body=BODY + b" ") == "bad_signature"
    assert code(signature, secret, {}) == "missing_signature"
    assert code(signature, secret, dict.fromkeys(headers, "t=x,v1=ä")) == "bad_signature"
    assert code(signature, "", headers) == "bad_signature"


@pytest.mark.parametrize(("signature", "headers"), [GENUINE[1], GENUINE[3], GENUINE[7]],
                         ids=["stripe", "hubspot", "zendesk"])  # fmt: skip
def test_a_signed_time_is_checked_against_the_tolerance(signature, headers):
    for seconds, expected in (
        (299, "genuine"),
        (301, "stale_signature"),
        (-301, "stale_signature"),
    ):
        at = NOW + timedelta(seconds=seconds)
        assert code(signature, KEY.decode(), headers, now=at) == expected
    patient = {**signature, "tolerance_seconds": 3_600}
    at = NOW + timedelta(seconds=3_599)
    assert code(patient, KEY.decode(), headers, now=at) == "genuine"


def test_a_user_name_and_password_may_stand_instead_of_a_signature():
    basic = {"scheme": "basic"}
    assert code(basic, "ada:s3cret", {"Authorization": f"Basic {b64(b'ada:s3cret')}"}) == "genuine"
    for header in (f"Basic {b64(b'ada:other')}", f"Bearer {b64(b'ada:s3cret')}", "Basic", "Basic "):
        assert code(basic, "ada:s3cret", {"Authorization": header}) == "bad_signature"


@pytest.mark.parametrize(
    ("scheme", "secret", "usable"),
    [
        ("none", "", True), ("hmac", "short", False), ("hmac", "long enough", True),
        ("basic", "no colon", False), ("basic", ":x", False), ("basic", "a:b", True),
        ("standard", "whsec_", False), ("standard", "whsec_no base64", False),
        ("standard", STANDARD_SECRET, True),
    ],
)  # fmt: skip
def test_a_secret_must_fit_its_scheme(scheme, secret, usable):
    assert is_usable_secret(scheme, secret) is usable


@pytest.mark.parametrize("scheme", ["standard", "hmac", "github", "basic"])
def test_a_secret_that_is_made_fits_and_differs(scheme):
    one, other = make_secret(scheme), make_secret(scheme)
    assert is_usable_secret(scheme, one)
    assert one != other
