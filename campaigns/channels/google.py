"""Access tokens of a Google service account: a signed assertion for a token (RFC 7523)."""

import base64
from datetime import datetime, timedelta
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr, field_validator

from campaigns.channels.calling import read_json
from campaigns.contracts import SendOutcome, SendResult
from campaigns.extension_points import ProviderConfig
from kernel.errors import Invalid, Unavailable
from kernel.http.client import OutgoingClient

_LIFE = timedelta(hours=1)
# A token is renewed before it ends, as clocks differ and a batch takes its time.
_MARGIN = timedelta(minutes=5)

NO_TOKEN = SendResult(outcome=SendOutcome.RETRY, reason="no_access_token")


class AccountError(ValueError):
    """The text is not the key file of a service account."""


class Account(msgspec.Struct, frozen=True):
    """What a key file says."""

    project_id: str
    client_email: str
    private_key: str
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105 (an address)


_tokens: dict[tuple[Account, str], tuple[str, datetime]] = {}


class ServiceAccountConfig(ProviderConfig):
    """`service_account` is the JSON file that Google gives out for a service account."""

    service_account: SecretStr

    @field_validator("service_account")
    @classmethod
    def _is_account(cls, value: SecretStr) -> SecretStr:
        try:
            read_account(value.get_secret_value())
        except AccountError as error:
            raise ValueError(str(error)) from None
        return value

    @property
    def account(self) -> Account:
        """The account that the file names."""
        return read_account(self.service_account.get_secret_value())


def read_account(text: str) -> Account:
    """Return the account of a key file; raises `AccountError` that names what is missing."""
    try:
        account = msgspec.json.decode(text, type=Account)
    except msgspec.MsgspecError as error:
        raise AccountError(f"This is not the key file of a service account: {error}") from None
    _private_key(account)
    return account


def fetch_token(account: Account, *, scope: str, now: datetime, is_fresh: bool = False) -> str:
    """Return an access token for a scope, kept in this process until shortly before it ends.

    Raises:
        Invalid: Google refuses the account.
        Unavailable: nobody answered.
    """
    kept = _tokens.get((account, scope))
    if kept and not is_fresh and now < kept[1]:
        return kept[0]
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": _assertion(account, scope=scope, now=now),
    }
    with OutgoingClient() as client:
        answer = client.request(
            "POST",
            account.token_uri,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            content=urlencode(form).encode(),
        )
    if 400 <= answer.status < 500:
        raise Invalid("service_account", "Google refuses the key of this service account.")
    body = read_json(answer.body)
    if answer.status != 200 or not body.get("access_token"):
        raise Unavailable(f"Google answered {answer.status} instead of giving a token.")
    token = str(body["access_token"])
    lifetime = timedelta(seconds=float(body.get("expires_in", 0)))
    _tokens[account, scope] = (token, now + lifetime - _MARGIN)
    return token


def find_token(account: Account, *, scope: str, now: datetime) -> str | None:
    """Return an access token, or None where Google gives none at present."""
    try:
        return fetch_token(account, scope=scope, now=now)
    except (Invalid, Unavailable):
        return None


def _assertion(account: Account, *, scope: str, now: datetime) -> str:
    claims = {
        "iss": account.client_email,
        "scope": scope,
        "aud": account.token_uri,
        "iat": int(now.timestamp()),
        "exp": int((now + _LIFE).timestamp()),
    }
    signed = f"{_encoded({'alg': 'RS256', 'typ': 'JWT'})}.{_encoded(claims)}"
    signature = _private_key(account).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{_text(signature)}"


def _private_key(account: Account) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(account.private_key.encode(), password=None)
    except ValueError:
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise AccountError("The private key of the key file cannot be read.")
    return key


def _encoded(content: dict[str, object]) -> str:
    return _text(msgspec.json.encode(content))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
