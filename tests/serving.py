"""A WSGI application behind real HTTP, for clients that speak nothing else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import WSGIApplication

from django.db import connection


class _Server(ThreadingMixIn, WSGIServer):
    """Answers in threads, each with a database connection that ends with it."""

    daemon_threads = False

    def process_request_thread(self, request, client_address):
        super().process_request_thread(request, client_address)
        connection.close()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format, *args):  # noqa: A002
        """Write nothing."""


@contextmanager
def served(application: WSGIApplication) -> Iterator[str]:
    """Serve an application on a free port of this machine; yields its address."""
    server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
