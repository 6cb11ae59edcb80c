"""System checks find what they promise to find."""

from kernel.checks import check_folder, check_sql_names, check_subscribers
from kernel.events.registry import subscribe, subscribers

MODULE = """
from kernel.sql import SqlFile
SQL = SqlFile(__file__, "shelf")
def read():
    return SQL.run("read")
def add(*, twice):
    return SQL.count("add_twice" if twice else "add")
"""


def found(folder):
    return sorted((message.id, message.msg.split(": ")[-1]) for message in check_folder(folder))


def write(folder, *, module, statements):
    (folder / "queries.py").write_text(module)
    if statements is not None:
        (folder / "sql").mkdir()
        (folder / "sql" / "shelf.sql").write_text(statements)


def test_names_and_wrappers_that_match_are_accepted(tmp_path):
    names = ["read", "add", "add_twice"]
    text = "".join(f"-- name: {name}\n-- It.\nSELECT 1\n" for name in names)
    write(tmp_path, module=MODULE, statements=text)
    assert found(tmp_path) == []


def test_a_name_that_nothing_runs_and_a_wrapper_without_a_name_are_refused(tmp_path):
    names = ["read", "add", "left_over"]
    text = "".join(f"-- name: {name}\n-- It.\nSELECT 1\n" for name in names)
    write(tmp_path, module=MODULE, statements=text)
    assert [number for number, _ in found(tmp_path)] == ["mcps.E001", "mcps.E002"]
    assert found(tmp_path)[0][1] == "nothing runs “left_over”."


def test_a_file_that_no_module_loads_is_refused_name_by_name(tmp_path):
    write(tmp_path, module="", statements="-- name: read\n-- It.\nSELECT 1\n")
    assert [number for number, _ in found(tmp_path)] == ["mcps.E001"]


def test_a_missing_file_and_an_unreadable_one_are_refused(tmp_path):
    write(tmp_path, module=MODULE, statements=None)
    assert [number for number, _ in found(tmp_path)] == ["mcps.E003"]
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "shelf.sql").write_text("SELECT 1")
    assert [number for number, _ in found(tmp_path)] == ["mcps.E004"]


def test_our_own_statements_and_wrappers_match():
    assert check_sql_names() == []


def test_a_subscriber_of_a_log_that_nobody_declares_is_refused():
    assert check_subscribers() == []
    with subscribers.opened():
        subscribe("bells.no_such_log", name="test.deaf")(lambda bounds, *, now: None)
        [message] = check_subscribers()
    assert message.id == "mcps.E005"
    assert message.msg == (
        "The subscriber “test.deaf” reads “bells.no_such_log”, which no app declares."
    )
