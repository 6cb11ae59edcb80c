"""Push to browsers: encrypted for the browser only, signed by us, read by an independent decoder."""

import base64
import json

import http_ece
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from campaigns.channels.providers.webpush.encryption import (
    CURVE,
    MOST_BYTES,
    encrypt,
    from_base64,
    read_key,
    to_base64,
)
from campaigns.channels.providers.webpush.provider import (
    WebPushConfig,
    WebPushProvider,
    public_key,
)
from campaigns.contracts import Channel
from tests.campaigns.builders import NOW, key
from tests.campaigns.channels.http_contract import KnowsDeadAddresses
from tests.campaigns.channels.keys import point
from tests.campaigns.channels.provider_contract import make_message

BROWSER = ec.generate_private_key(CURVE)
AUTH = bytes(range(16))
KEYS = {"p256dh": to_base64(point(BROWSER)), "auth": to_base64(AUTH)}


class TestWebPush(KnowsDeadAddresses):
    provider = WebPushProvider()
    channel = Channel.WEBPUSH
    dead = (410, b"")

    @pytest.fixture(autouse=True)
    def _base(self, server):
        self.base = server.url
        self.private_key = SETTINGS.private_key

    def address(self, number):
        return f"{self.base}/wpush/{number}"

    def parts(self, number):
        return {"values": {**KEYS, "url": "https://m.example/e/c/t"}}

    def config(self, server):
        return SETTINGS

    def number_of(self, request):
        return int(request.path.rpartition("/")[2])

    def answer_for(self, request):
        return 201, {"Location": f"/message/{self.number_of(request)}"}, b""

    def test_an_independent_decoder_reads_what_was_sent(self, server):
        assert self.send(server, 1)[0].provider_id == "/message/1"
        call = server.calls[0]
        assert call.headers["content-encoding"] == "aes128gcm"
        content = http_ece.decrypt(call.body, private_key=BROWSER, auth_secret=AUTH)
        assert json.loads(content) == {
            "title": "Subject 1",
            "body": "Text 1",
            "url": "https://m.example/e/c/t",
            "delivery": str(key(1)),
        }
        assert (call.headers["topic"], call.headers["ttl"]) == (key(1).hex, "86400")

    def test_the_same_text_is_never_encrypted_alike(self, server):
        self.send(server, 1)
        self.send(server, 1)
        first, second = (call.body for call in server.calls)
        assert first[:16] != second[:16]
        assert first[21:86] != second[21:86]

    def test_the_push_service_can_check_who_pushes(self, server):
        self.send(server, 1)
        token, _, known = server.calls[0].headers["authorization"].partition(", k=")
        head, body, signature = token.removeprefix("vapid t=").split(".")
        sender = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64(known))
        assert known == public_key(SETTINGS)
        raw = from_base64(signature)
        numbers = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        signed = encode_dss_signature(*numbers)
        sender.verify(signed, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
        with pytest.raises(InvalidSignature):
            sender.verify(signed, f"{head}.{body}x".encode(), ec.ECDSA(hashes.SHA256()))
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        assert claims["aud"] == server.url
        assert claims["sub"] == "mailto:push@shop.example"
        assert 0 < claims["exp"] - NOW.timestamp() <= 86_400

    @pytest.mark.parametrize(
        "values", [{}, {"p256dh": KEYS["p256dh"], "auth": "?"}, {**KEYS, "p256dh": KEYS["auth"]}]
    )
    def test_keys_that_cannot_be_a_browsers_are_refused(self, server, values):
        message = make_message(1, channel=Channel.WEBPUSH, address=self.address(1), values=values)
        [result] = self.provider.send([message], config=SETTINGS, now=NOW)
        assert (result.outcome, result.reason) == ("refused", "message_malformed")
        assert server.calls == []


SETTINGS = WebPushConfig(contact="mailto:push@shop.example", timeout_seconds=0.3)


def test_a_private_network_is_never_pushed_to(settings):
    settings.ALLOWED_PRIVATE_NETWORKS = []
    message = make_message(
        1, channel=Channel.WEBPUSH, address="http://127.0.0.1:1/push", values=KEYS
    )
    [result] = WebPushProvider().send([message], config=SETTINGS, now=NOW)
    assert (result.outcome, result.reason) == ("refused", "private_address")


def test_the_example_of_the_standard_comes_out_byte_by_byte():
    """RFC 8291, section 5 and appendix A."""
    body = encrypt(
        b"When I grow up, I want to be a watermelon",
        p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkN"
        "toIAiw4",
        auth="BTBZMqHH6r4Tts7J_aSIgg",
        salt=from_base64("DGv6ra1nlYgDCS1FRnbzlw"),
        own_key=read_key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
    )
    assert to_base64(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_longest_text_fits_and_one_more_byte_does_not():
    new = ec.generate_private_key(CURVE)
    body = encrypt(b"x" * MOST_BYTES, **KEYS, salt=AUTH, own_key=new)
    assert http_ece.decrypt(body, private_key=BROWSER, auth_secret=AUTH) == b"x" * MOST_BYTES
    with pytest.raises(ValueError, match="too long"):
        encrypt(b"x" * (MOST_BYTES + 1), **KEYS, salt=AUTH, own_key=new)
