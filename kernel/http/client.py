"""The only way to call an address that an operator or a stranger has written down.

It refuses private addresses after the name is resolved and connects to the very address it has
checked, so that a name cannot change its mind in between. Redirects go through the same door.
"""

import ipaddress
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx
from django.conf import settings

from kernel.errors import Invalid, Unavailable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CHUNK_BYTES = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a call may take and how much it may bring."""

    connect_seconds: float = 5.0
    read_seconds: float = 10.0
    total_seconds: float = 20.0
    most_bytes: int = 1_000_000
    most_redirects: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the other side answered, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OutgoingClient:
    """Calls addresses with limits; reuses connections inside one `with` block."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._client = httpx.Client(
            transport=_GuardedTransport(settings.ALLOWED_PRIVATE_NETWORKS),
            timeout=httpx.Timeout(self.limits.read_seconds, connect=self.limits.connect_seconds),
            headers={"User-Agent": "MCPS", "Accept-Encoding": "identity"},
            max_redirects=self.limits.most_redirects,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._client.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        follow_redirects: bool = False,
    ) -> Answer:
        """Call an address and return its answer, errors of the other side included.

        Raises:
            Invalid: the address is not one of http or https, or leads to a private network.
            Unavailable: nobody answered in time, or the answer is too long. With the code
                `unreachable` nothing was sent; otherwise the other side may have got the request.
        """
        host = _host_of(url)
        try:
            with self._client.stream(
                method, url, headers=headers, content=content, follow_redirects=follow_redirects
            ) as response:
                body = self._read(response, host)
                return Answer(status=response.status_code, headers=response.headers, body=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            kind = type(error).__name__
            raise Unavailable(f"{host} cannot be reached ({kind}).", code="unreachable") from None
        except httpx.TimeoutException:
            raise Unavailable(f"{host} did not answer in time.") from None
        except httpx.TooManyRedirects:
            raise Unavailable(f"{host} redirects too often.") from None
        except httpx.RequestError as error:
            raise Unavailable(f"{host} cannot be reached ({type(error).__name__}).") from None

    def _read(self, response: httpx.Response, host: str) -> bytes:
        ends_at = time.monotonic() + self.limits.total_seconds
        body = bytearray()
        for chunk in response.iter_bytes(_CHUNK_BYTES):
            body += chunk
            if len(body) > self.limits.most_bytes:
                raise Unavailable(f"{host} answered with more than {self.limits.most_bytes} bytes.")
            if time.monotonic() > ends_at:
                raise Unavailable(f"{host} did not finish its answer in time.")
        return bytes(body)


def _host_of(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise Invalid("url", "This is not an address.") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise Invalid("url", "The address must begin with https:// or http://.")
    return parsed.host


class _GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over a pool whose connections pass the guard."""

    def __init__(self, allowed: Iterable[str]) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        super().__init__(verify=context)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, network_backend=_GuardedBackend(allowed)
        )


class _GuardedBackend(httpcore.NetworkBackend):
    """Resolves a name, checks every address it has, and connects to one of those."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = [ipaddress.ip_network(network) for network in allowed]
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; refuse the name if any is private."""
        addresses = _allowed_addresses(host, port, self._allowed)
        failure: Exception | None = None
        for address in addresses:
            try:
                return self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("The name has no address.")


def resolve_host(host: str, port: int) -> list[str]:
    """Return the addresses of a host that may be called, for clients of other protocols.

    Connect to one of these and not to the name, which may change its mind.

    Raises:
        Invalid: the name leads to a private network that is not allowed.
        Unavailable: the name is unknown.
    """
    allowed = [ipaddress.ip_network(network) for network in settings.ALLOWED_PRIVATE_NETWORKS]
    try:
        return _allowed_addresses(host, port, allowed)
    except httpcore.ConnectError:
        raise Unavailable(f"The name {host} is unknown.") from None


def _allowed_addresses(host: str, port: int, allowed: Iterable[Network]) -> list[str]:
    addresses = _resolve(host, port)
    if not all(_may_call(ipaddress.ip_address(address), allowed) for address in addresses):
        raise Invalid(
            "url",
            f"{host} lies in a private network. Name the network in ALLOWED_PRIVATE_NETWORKS "
            "if calls to it are meant.",
            code="private_address",
        )
    return addresses


def _may_call(address: Address, allowed: Iterable[Network]) -> bool:
    real = _unwrapped(address)
    if any(real in network for network in allowed):
        return True
    return real.is_global and not real.is_multicast


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError("The name is unknown.") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address carries through a tunnel, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
