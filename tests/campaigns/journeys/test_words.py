"""What staff read about the steps of a journey and about what a draft changes."""

import pytest

from campaigns.contracts import Channel
from campaigns.journeys.rules.analysis import Known
from campaigns.journeys.rules.differences import Difference, compare
from campaigns.journeys.rules.documents import CannotEdit, find_node, insert_node, lead
from campaigns.journeys.rules.words import CHANNEL_ICONS, describe, length

KNOWN = Known(templates={"hi": "Welcome"}, segments={3: "Loyal"}, segment_keys={"loyal": "Loyal"})
OUT = {"id": "out", "type": "exit"}


@pytest.mark.parametrize(
    ("node", "title", "note"),
    [
        pytest.param({"type": "entry"}, "Choose what lets people in", "Once for each person", id="entry, empty"),
        pytest.param({"type": "entry", "reentry": "after_exit", "triggers": [{"event": "Seen", "match": [1]}, {}]}, "Seen (filtered) or An event", "May enter again", id="entry by events"),
        pytest.param({"type": "entry", "triggers": [{"kind": "segment_entered", "segment_id": 3}, {"kind": "segment_entered"}]}, "Enters “Loyal” or Enters a segment", "Once for each person", id="entry by segments"),
        pytest.param({"type": "send", "template": "hi"}, "Welcome", "Message", id="send"),
        pytest.param({"type": "send"}, "Choose a template", "Message", id="send, empty"),
        pytest.param({"type": "wait", "seconds": 7200, "note": "Let it rest"}, "Wait 2 hours", "Let it rest", id="own note"),
        pytest.param({"type": "condition", "rule": {}}, "Matches a rule?", "About the person", id="rule"),
        pytest.param({"type": "condition", "happened_since_entry": {"event": "Seen"}}, "Seen since entry?", "Condition", id="happened once"),
        pytest.param({"type": "condition", "happened_since_entry": {"at_least": 3}}, "An event since entry?", "At least 3 times", id="happened often"),
        pytest.param({"type": "split", "branches": [{"percent": 12.5}, {"percent": 87.5}]}, "Split by chance", "12.5 / 87.5", id="split"),
        pytest.param({"type": "hold", "seconds": 60, "branches": [{"event": "Seen"}, {}]}, "Hold until Seen or …", "At most 1 minute", id="hold"),
        pytest.param({"type": "wait_until", "at": "10:00", "weekdays": [0, 6]}, "Wait until 10:00", "Mon Sun", id="wait until, on days"),
        pytest.param({"type": "wait_until"}, "Wait until …", "Any day, their own time", id="wait until, empty"),
        pytest.param({"type": "choose", "branches": [{"segment": "loyal"}, {"segment": "gone"}]}, "Choose by rules", "Loyal, …", id="choose"),
        pytest.param({"type": "emit", "event": "Won"}, "Record “Won”", "Event", id="emit"),
        pytest.param({"type": "emit"}, "Record “…”", "Event", id="emit, empty"),
        pytest.param({"type": "exit"}, "Exit", "The way ends here", id="exit"),
        pytest.param({"type": "teleport"}, "n", "teleport", id="unknown type"),
    ],
)  # fmt: skip
def test_a_step_is_told_as_far_as_it_is_filled_in(node, title, note):
    words = describe({"id": "n", **node}, KNOWN)
    assert (words.title, words.note) == (title, note)


@pytest.mark.parametrize(
    ("channel", "note", "icon", "tile"),
    [
        ("email", "E-mail", "mail", "email"),
        ("push", "Push to phones", "bell", "push"),
        ("audience", "Advertising audience", "megaphone", "push"),
    ],
)
def test_a_message_is_shown_by_its_channel(channel, note, icon, tile):
    known = Known(templates={"hi": "Welcome"}, channels={"hi": channel})
    words = describe({"id": "n", "type": "send", "template": "hi"}, known)
    assert (words.note, words.icon, words.tile) == (note, icon, tile)


def test_every_channel_has_an_icon():
    assert set(CHANNEL_ICONS) == set(Channel)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "no time"), (1, "1 second"), (90, "90 seconds"), (3_600, "1 hour"), (90_000, "25 hours"),
        (86_400_000, "1,000 days"), (0.5, "no time"),
    ],
)  # fmt: skip
def test_a_length_is_told_in_its_largest_whole_unit(seconds, text):
    assert length(seconds) == text


def with_nodes(*nodes, **settings):
    return {**settings, "nodes": [*nodes]}


@pytest.mark.parametrize(
    ("live", "draft", "found"),
    [
        pytest.param(None, with_nodes(OUT, x=1), [Difference(node="out", change="new")], id="never published"),
        pytest.param(with_nodes(OUT), with_nodes(), [Difference(node="out", change="gone")], id="gone"),
        pytest.param(with_nodes(OUT), with_nodes({**OUT, "note": "", "list": []}), [], id="defaults filled in"),
        pytest.param(
            with_nodes(OUT), with_nodes({**OUT, "held_back": "a"}),
            [Difference(node="out", change="changed", fields=(("held back", "nothing", "a"),))], id="text",
        ),
        pytest.param(
            with_nodes({**OUT, "m": [{"event": "Seen", "match": []}, {"event": "Won"}]}), with_nodes(OUT),
            [Difference(node="out", change="changed", fields=(("m", "event Seen; event Won", "nothing"),))], id="list of objects",
        ),
        pytest.param(
            with_nodes(holdout_percent=10), with_nodes(holdout_percent=0),
            [Difference(node="", change="changed", fields=(("holdout percent", "10", "0"),))], id="settings",
        ),
    ],
)  # fmt: skip
def test_a_draft_is_compared_with_the_live_version_step_by_step(live, draft, found):
    assert compare(live, draft) == found


DRAFT = with_nodes(
    {"id": "entry", "type": "entry", "next": "s"},
    {"id": "s", "type": "split", "branches": [{"name": "a", "percent": 100, "next": "out"}]},
    OUT,
)
STEP, ARROW = "This step is gone.", "This arrow is gone."


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        pytest.param(lambda: find_node(DRAFT, "x"), STEP, id="find a step"),
        pytest.param(lambda: lead(DRAFT, source="x", slot="next", target="out"), STEP, id="lead from a step"),
        pytest.param(lambda: lead(DRAFT, source="entry", slot="next", target="x"), STEP, id="lead to a step"),
        pytest.param(lambda: lead(DRAFT, source="s", slot="branches.1", target="out"), ARROW, id="lead a branch"),
        pytest.param(lambda: lead(DRAFT, source="s", slot="color", target="out"), ARROW, id="lead what is no arrow"),
        pytest.param(lambda: insert_node(DRAFT, OUT, source="s", slot="yes"), ARROW, id="insert on an arrow"),
    ],
)  # fmt: skip
def test_an_edit_of_what_is_gone_is_refused(edit, why):
    with pytest.raises(CannotEdit) as refused:
        edit()
    assert str(refused.value).startswith(why)


def test_a_branch_is_led_elsewhere_and_what_nobody_reaches_is_gone():
    draft = with_nodes(*DRAFT["nodes"], {"id": "end", "type": "exit"})
    edited = lead(draft, source="s", slot="branches.0", target="end")
    assert find_node(edited, "s")["branches"][0]["next"] == "end"
    assert [node["id"] for node in edited["nodes"]] == ["entry", "s", "end"]
