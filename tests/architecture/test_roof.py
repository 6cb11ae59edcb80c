"""The roof wires things together: its functions are short, because logic lives in the apps."""

from tests.architecture.sources import functions, lines_of_body, python_files

LONGEST_BODY = 20


def test_functions_of_the_roof_are_short():
    found = {
        f"{path}::{name}": lines_of_body(node)
        for path in python_files()
        if path.parts[0] == "mcps_site" and "world" not in path.parts
        for name, node in functions(path)
        if lines_of_body(node) > LONGEST_BODY
    }
    assert found == {}
