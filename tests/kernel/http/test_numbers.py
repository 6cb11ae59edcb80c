import pytest

from kernel.http.numbers import read_number


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("", None), ("-1", None),
     ("1.5", None), (" 1", None), ("²", None), ("٣", None), ("one", None)],
)  # fmt: skip
def test_a_number_is_plain_digits_that_a_bigint_holds(text, number):
    assert read_number(text) == number


def test_a_smaller_column_takes_fewer_digits():
    assert (read_number("12345678", most_digits=8), read_number("123456789", most_digits=8)) == (
        12_345_678,
        None,
    )
