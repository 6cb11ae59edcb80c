"""The commands behind the Makefile: up, demo, manage, postgres, reset."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.core.exceptions import ImproperlyConfigured

from mcps_site.runtime import places
from mcps_site.runtime.children import die_with
from mcps_site.runtime.installation import Busy, run_installation, take_data_dir
from mcps_site.runtime.postgres import Postgres
from mcps_site.runtime.programs import read_options
from mcps_site.settings import env


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    if arguments[:1] == ["manage"]:
        return manage(arguments[1:])
    parser = argparse.ArgumentParser(prog="python -m mcps_site.runtime")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="run everything until Ctrl-C")
    commands.add_parser("demo", help="the same with a demo log-in and demo content")
    commands.add_parser("postgres", help="run the embedded PostgreSQL alone until Ctrl-C")
    commands.add_parser("manage", help="run a Django command beside the embedded PostgreSQL")
    reset_parser = commands.add_parser("reset", help="delete the embedded servers' data")
    reset_parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args(arguments)
    if options.command == "reset":
        return reset(is_confirmed=options.yes)
    if options.command == "postgres":
        return run_postgres()
    # Make may be killed without telling us; its children would then be nobody's.
    if "MAKELEVEL" in os.environ:
        die_with(os.getppid(), signal.SIGTERM)
    return run_installation(read_options(is_demo=options.command == "demo"))


def run_postgres() -> int:
    """Run the embedded PostgreSQL alone, for work by hand and for a restore."""
    with beside_postgres("the embedded PostgreSQL alone") as server:
        print(f"PostgreSQL listens in {server.sockets}. Ctrl-C stops it.", flush=True)
        # A handler instead of the default, so that the block is left in order.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            signal.pause()
    return 0


def manage(arguments: list[str]) -> int:
    """Run a Django command; the embedded PostgreSQL is started for it unless it runs already."""
    command = [sys.executable, str(places.ROOT / "manage.py"), *arguments]
    server = None if env.text("DATABASE_URL") else Postgres()
    if server is None or server.running_pid() is not None:
        return subprocess.run(command, check=False).returncode
    with beside_postgres(f"manage.py {' '.join(arguments[:1])}"):
        return subprocess.run(command, check=False).returncode


@contextmanager
def beside_postgres(purpose: str) -> Iterator[Postgres]:
    """Run the embedded PostgreSQL while the block runs."""
    server = Postgres()
    with take_data_dir(purpose):
        server.prepare()
        log = places.data_dir() / "postgres.log"
        with log.open("ab") as output:
            child = server.start(output=output)
        try:
            server.wait(child, log=log)
            server.create_database("mcps")
            yield server
        finally:
            server.stop(child.pid)
            child.wait()


def reset(*, is_confirmed: bool) -> int:
    """Delete the data folder, after asking; refuses while something runs on it."""
    folder = places.data_dir()
    if not folder.exists():
        print(f"There is nothing to delete: {folder} does not exist.")
        return 0
    with take_data_dir("make reset"):
        if not is_confirmed:
            answer = input(f"Delete all data in {folder}? Type yes: ")
            if answer.strip().lower() != "yes":
                print("Nothing was deleted.")
                return 1
        shutil.rmtree(places.socket_dir(), ignore_errors=True)
        shutil.rmtree(folder)
        link = places.ROOT / ".data"
        if link.is_symlink():
            link.unlink()
    print(f"Deleted {folder}.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Busy, RuntimeError, ImproperlyConfigured) as error:
        sys.exit(f"mcps: {error}")
