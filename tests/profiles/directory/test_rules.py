"""What one line of the timeline tells of an event's properties."""

from profiles.directory.rules import summarize_properties


def test_keys_nested_values_and_empty_ones_are_left_out_of_the_line():
    properties = {
        "delivery": "b27dd63b-28c5-4260-9c14-1d0ddcb244f8",
        "reason": "no_consent",
        "products": [{"id": 1}],
        "coupon": "",
        "channel": "push",
    }
    assert summarize_properties(properties) == "reason no_consent · channel push"


def test_a_reason_in_words_stands_for_its_code():
    properties = {"why": "No consent.", "reason": "no_consent", "channel": "push"}
    assert summarize_properties(properties) == "No consent. · channel push"


def test_the_line_ends_after_four_properties():
    assert summarize_properties(dict.fromkeys("abcde", 1)) == "a 1 · b 1 · c 1 · d 1"
