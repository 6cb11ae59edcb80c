"""A local mail server for tests: keeps what it takes, refuses and breaks when told to."""

import socket
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class MailServer:
    """aiosmtpd on a free port of the loopback address."""

    def __init__(self) -> None:
        self.mails = []
        self.refusals: dict[str, str] = {}
        self.breaks_after_data = False
        self.breaks_before_data = False
        self.port = _free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop()

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802
        if self.breaks_before_data:
            server.transport.abort()
            return "421 gone"
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        if self.breaks_after_data:
            server.transport.abort()
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
