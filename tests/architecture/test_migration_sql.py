"""The SQL of new migrations takes no lock that would stop a running installation."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.architecture.sources import PACKAGES, ROOT

pytestmark = pytest.mark.django_db

# Django itself writes these: varchar lengths, statements that are not repeatable, int identities.
EXCLUDED = (
    "prefer-text-field",
    "prefer-robust-stmts",
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-timestamp-tz",
    "require-timeout-settings",
    "ban-truncate-cascade",
)


@pytest.mark.timeout(180)
def test_new_migrations_take_no_dangerous_lock(tmp_path: Path):
    lines = new_sql()
    script = tmp_path / "new.sql"
    script.write_text("\n".join(text for _, text in lines), encoding="utf-8")
    made = set(
        re.findall(r'^CREATE (?:TABLE "?|FUNCTION |INDEX )(\w+)', script.read_text(), re.MULTILINE)
    )
    found = []
    for number, message in judge(script):
        name, text = lines[number - 1]
        changed = re.match(r'(?:ALTER TABLE "|DROP TABLE "?|DROP FUNCTION |DROP INDEX )(\w+)', text)
        # Nobody waits for a lock on what the same release makes.
        is_new = changed is not None and changed.group(1) in made
        # The judge takes Django's check of deferred constraints for the drop of one.
        is_check = text.startswith("SET CONSTRAINTS")
        if name.partition(".")[0] in PACKAGES and not (is_new or is_check):
            found.append(f"{name}: {message} [{text[:80]}]")
    assert found == []


def test_dangerous_lock_is_seen(tmp_path: Path):
    script = tmp_path / "new.sql"
    script.write_text("CREATE INDEX slow ON somebodys_table (id);\n", encoding="utf-8")
    assert [number for number, _ in judge(script)] == [1]


def test_released_migrations_exist():
    known = {f"{app}.{name}" for app, name in MigrationExecutor(connection).loader.graph.nodes}
    assert released() - known == set()


def judge(script: Path) -> list[tuple[int, str]]:
    """Return squawk's objections with their line numbers."""
    squawk = Path(sys.executable).parent / "squawk"
    options = ["--assume-in-transaction", "--pg-version=16.0", "--reporter=gcc"]
    options += [f"--exclude={rule}" for rule in EXCLUDED]
    done = subprocess.run([squawk, *options, script], capture_output=True, text=True, check=False)
    pattern = re.compile(rf"^{re.escape(str(script))}:(\d+):\d+: (.*)$", re.MULTILINE)
    # The reporter counts lines from zero.
    found = [(int(number) + 1, message) for number, message in pattern.findall(done.stdout)]
    assert done.returncode in {0, 1}, done.stderr
    assert bool(found) == bool(done.returncode), done.stdout + done.stderr
    return found


def new_sql() -> list[tuple[str, str]]:
    """Return each line of the SQL that no release has shipped, with the migration it is from."""
    loader = MigrationExecutor(connection).loader
    plan: dict[tuple[str, str], None] = {}
    for leaf in sorted(loader.graph.leaf_nodes()):
        plan.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    found = []
    for node in plan:
        name = ".".join(node)
        if name not in released():
            text = "\n".join(loader.collect_sql([(loader.graph.nodes[node], False)]))
            found += [(name, line) for line in text.split("\n")]
    return found


def released() -> set[str]:
    path = ROOT / "tests" / "architecture" / "released_migrations.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}
