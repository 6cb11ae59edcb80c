"""A file that is opened in a spreadsheet shows its texts and runs none."""

import csv

import pytest

from kernel.http.downloads import csv_answer
from kernel.spreadsheets import csv_lines, harmless


@pytest.mark.parametrize("text", ["=1+1", "+49 170", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_looks_like_a_formula_gets_a_quote(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "ada", "a=1", "1-2", "'=1"])
def test_other_texts_stay_as_they_are(text):
    assert harmless(text) == text


def test_texts_are_made_harmless_and_negative_numbers_stay_numbers():
    lines = csv_lines([("name", "amount"), ("=x", -3), ('a, "b"', None)])
    assert list(csv.reader(lines)) == [["name", "amount"], ["'=x", "-3"], ['a, "b"', ""]]


def test_a_table_is_sent_as_a_file_of_its_name():
    answer = csv_answer("people", [("key",), (1,)])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="people.csv"'
    assert answer.getvalue() == b"key\r\n1\r\n"
