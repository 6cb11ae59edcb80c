"""Which tables a statement reads and writes, and which of them its app may."""

import sqlglot
from sqlglot import exp

from kernel.sql.parsing import to_prepared

APPS = ("kernel", "profiles", "campaigns", "referrals", "analytics")
"""From the floor upward: an app reads its own tables and those below."""

WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge)


def read_and_written(text: str) -> tuple[set[str], set[str]]:
    """Return the tables that a statement names and those of them that it changes."""
    [tree] = sqlglot.parse(to_prepared(text).text, dialect="postgres")
    if tree is None or isinstance(tree, exp.Command):
        raise ValueError("sqlglot cannot read the statement")
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    found = list(tree.find_all(exp.Table))
    aliases = {table.alias for table in found if table.alias != table.name}
    tables = {table.name for table in found if table.name} - named - aliases
    written = {target for node in tree.find_all(*WRITES) if (target := _target(node))}
    return tables, written


def trespasses(app: str, text: str) -> list[str]:
    """Return what the statement does that the order of the apps forbids."""
    below = set(APPS[: APPS.index(app) + 1])
    tables, written = read_and_written(text)
    reads = [f"reads {t}" for t in sorted(tables) if _owner(t) and _owner(t) not in below]
    return reads + [f"writes {t}" for t in sorted(written) if _owner(t) not in {app, ""}]


def _target(node: exp.Expression) -> str:
    target = node.this
    if isinstance(target, exp.Schema):
        target = target.this
    return target.name if isinstance(target, exp.Table) else ""


def _owner(table: str) -> str:
    prefix = table.split("_", 1)[0]
    return prefix if prefix in APPS else ""
