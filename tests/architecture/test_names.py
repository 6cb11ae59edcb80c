"""Names that say nothing are refused: where one seems to be needed, the cut is wrong."""

import re

from tests.architecture.sources import functions, python_files

EMPTY = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
EMPTY |= {"handle", "handler", "handlers", "process", "data", "info"}
# The first word of a function's name.
EMPTY_VERBS = {"handle", "process", "do", "manage"}
# Called by frameworks under these names.
FRAMEWORK = re.compile(
    r"^(handle|(handle|do)_[A-Z]+|handle_(data|starttag|endtag|startendtag|comment|decl)"
    r"|process_(exception|view|template_response|request_thread))$"
)
# `python -m mcps_site.runtime manage …` is named after Django's own program.
ALLOWED = {"mcps_site/runtime/__main__.py::manage"}


def test_no_module_or_folder_has_an_empty_name():
    names = [(path, part) for path in python_files() for part in (*path.parts[:-1], path.stem)]
    assert sorted({str(path) for path, part in names if part in EMPTY}) == []


def test_no_function_begins_with_an_empty_verb():
    found = []
    for path in python_files():
        for dotted, _ in functions(path):
            name = dotted.rpartition(".")[2]
            verb = name.lstrip("_").split("_")[0]
            if verb in EMPTY_VERBS and not FRAMEWORK.match(name):
                found.append(f"{path}::{dotted}")
    assert sorted(set(found) - ALLOWED) == []


def test_predicates_are_positive():
    found = [
        f"{path}::{dotted}"
        for path in python_files()
        for dotted, _ in functions(path)
        if re.match(r"_?(is|has|can|may)_not_", dotted.rpartition(".")[2])
    ]
    assert found == []
