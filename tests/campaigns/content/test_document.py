"""E-mails of blocks: what a document may hold, what edits make of it, the MJML and HTML it becomes."""

from random import Random

import pytest

from campaigns.content.rules import document_edits as edits
from campaigns.content.rules.document import (
    BLOCKS,
    BadDocument,
    Document,
    parse_document,
    write_document,
)
from campaigns.content.rules.document_edits import Place
from campaigns.content.rules.document_mjml import name_line, write_mjml
from campaigns.content.rules.document_words import as_attribute, as_paragraphs
from campaigns.content.rules.html import compile_source
from campaigns.content.rules.shared import BlockKind, SharedWords


def build(*kinds):
    document = Document()
    for kind in kinds:
        document, _ = edits.add_block(document, kind, Place())
    return document


def shape(document):
    """Kinds with ids, the columns as lists."""
    return [
        [block.id, *[[inner.id for inner in each.blocks] for each in block.columns]]
        if block.kind == "columns"
        else block.id
        for block in document.blocks
    ]


def test_a_document_is_read_as_it_was_written():
    document = build(*BLOCKS)
    assert parse_document(write_document(document)) == document
    assert [block.kind for block in document.blocks] == list(BLOCKS)


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ('{"version": 2}', "version"),
        ('{"shade": "red"}', "shade"),
        ('{"blocks": [{"kind": "video", "id": "b1"}]}', "blocks.0"),
        ('{"blocks": [{"kind": "text", "id": "b1", "size": 3}]}', "blocks.0.text.size"),
        ('{"blocks": [{"kind": "spacer", "id": "b1", "height": 9999}]}', "height"),
        ('{"blocks": [{"kind": "products", "id": "b1", "items": "a %}{% b"}]}', "items"),
        ("{", "blocks"),
    ],
)
def test_what_is_no_document_is_refused_by_its_path(written, path):
    with pytest.raises(BadDocument, match=path):
        parse_document(written)


def test_blocks_are_added_below_the_chosen_one_and_into_columns():
    document = build("heading", "columns")
    document, added = edits.add_block(document, "text", Place(after="b1"))
    assert (added, shape(document)) == ("b3", ["b1", "b3", ["b2", [], []]])
    document, inner = edits.add_block(document, "button", Place(after="b2", column=1))
    document, below = edits.add_block(document, "image", Place(after=inner))
    assert shape(document) == ["b1", "b3", ["b2", [], [inner, below]]]
    with pytest.raises(BadDocument):
        edits.add_block(document, "columns", Place(after=inner))


def test_blocks_move_within_their_list_and_from_column_to_column():
    document = build("heading", "text", "columns")
    for column in (0, 0, 1):
        document, _ = edits.add_block(document, "text", Place(after="b3", column=column))
    assert shape(document) == ["b1", "b2", ["b3", ["b4", "b5"], ["b6"]]]
    assert shape(edits.move_block(document, "b2", -1))[:2] == ["b2", "b1"]
    assert shape(edits.move_block(document, "b1", -1)) == shape(document)
    assert shape(edits.move_block(document, "b5", 1))[2] == ["b3", ["b4"], ["b5", "b6"]]
    assert shape(edits.move_block(document, "b6", -1))[2] == ["b3", ["b4", "b5", "b6"], []]
    assert shape(edits.move_block(document, "b4", -1)) == shape(document)


def test_a_copy_has_ids_of_its_own_and_a_narrower_block_keeps_what_is_in_it():
    document = build("columns")
    for column in (0, 1):
        document, _ = edits.add_block(document, "text", Place(after="b1", column=column))
    copied, name = edits.copy_block(document, "b1")
    assert (name, shape(copied)) == ("b4", [["b1", ["b2"], ["b3"]], ["b4", ["b5"], ["b6"]]])
    wide = edits.set_column_count(document, "b1", 3)
    assert shape(wide) == [["b1", ["b2"], ["b3"], []]]
    wide, _ = edits.add_block(wide, "text", Place(after="b1", column=2))
    assert shape(edits.set_column_count(wide, "b1", 2)) == [["b1", ["b2"], ["b3", "b4"]]]
    assert shape(edits.remove_block(document, "b1")) == []
    with pytest.raises(BadDocument, match="gone"):
        edits.remove_block(document, "b9")


@pytest.mark.parametrize("seed", range(20))
def test_any_edits_leave_a_document_with_each_id_once(seed):
    rng, document = Random(seed), build("columns")
    for _ in range(25):
        before = [block.id for block in edits.iter_blocks(document)]
        name = rng.choice(["add", "into", "copy", "remove", "up", "down"])
        try:
            document = edit_somehow(document, name, rng.choice(before or [""]), rng)
        except BadDocument:
            continue
        ids = [block.id for block in edits.iter_blocks(document)]
        assert len(ids) == len(set(ids))
        assert name not in {"up", "down"} or sorted(ids) == sorted(before)
        assert parse_document(write_document(document)) == document


def edit_somehow(document, name, chosen, rng):
    match name:
        case "add":
            return edits.add_block(document, rng.choice(list(BLOCKS)), Place(after=chosen))[0]
        case "into":
            place = Place(after=chosen, column=rng.randrange(2))
            return edits.add_block(document, rng.choice(list(BLOCKS)), place)[0]
        case "copy":
            return edits.copy_block(document, chosen)[0]
        case "remove":
            return edits.remove_block(document, chosen)
    return edits.move_block(document, chosen, -1 if name == "up" else 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a **b** *c*", '<p style="margin:0">a <strong>b</strong> <em>c</em></p>'),
        ("2 * 3 * 4 < 5", '<p style="margin:0">2 * 3 * 4 &lt; 5</p>'),
        ("a\nb", '<p style="margin:0">a<br />b</p>'),
        ('{{ a | default: "*x*" }}', "<p style=\"margin:0\">{{ a | default: '*x*' }}</p>"),
        ("<script>", '<p style="margin:0">&lt;script&gt;</p>'),
        (
            "[x](https://a.example/?a=1&b={{ id }})",
            (
                '<p style="margin:0"><a href="https://a.example/?a=1&amp;b={{ id }}" '
                'style="color:{{ brand.primary }}">x</a></p>'
            ),
        ),
    ],
    ids=["markup", "stars", "line", "liquid", "html", "link"],
)
def test_words_are_escaped_and_liquid_is_left_alone(text, expected):
    assert as_paragraphs(text) == expected


def test_an_attribute_cannot_be_left_by_a_quote():
    assert as_attribute('x" onload="y {{ a | default: "b" }}') == (
        "x&quot; onload=&quot;y {{ a | default: 'b' }}"
    )


def test_every_block_becomes_html_inside_the_frame():
    document = build(*BLOCKS)
    said = {
        "b3": {"src": "https://a.example/p.png", "alt": "A tent"},
        "b4": {"href": "https://a.example/"},
        "b8": {"links": [{"name": "Instagram", "href": "https://insta.example/"}]},
        "b9": {"slug": "hours"},
    }
    for name, fields in said.items():
        document = edits.change_block(document, name, fields)
    hours = SharedWords(kind=BlockKind.WORDS, number=1, source="")
    page = compile_source(write_mjml(document, {"hours": hours}), "mjml")
    for part in (
        "What is new", "Write here.", 'alt="A tent"', "Read more",
        "{% for product in event.products limit: 4 %}", "Instagram", '{% render "hours" %}',
        "{{ unsubscribe_link }}", "{{ line }}<br />{% endfor %}",
    ):  # fmt: skip
        assert part in page
    assert "<mj-" not in page


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("image", r"Image \(b2\) needs the address of a picture"),
        ("button", r"Button \(b2\) needs a link"),
        ("social", r"Social links \(b2\) needs at least one link"),
        ("shared", r"Shared block \(b2\) must be chosen"),
    ],
)
def test_an_unfinished_block_is_named(kind, expected):
    with pytest.raises(BadDocument, match=expected):
        write_mjml(build("text", kind), {})


def test_a_line_of_the_mjml_names_its_block():
    document = edits.change_block(
        build("heading", "raw", "text"), "b2", {"mjml": "<mj-text>\nx</mj-text>"}
    )
    lines = write_mjml(document, {}).split("\n")
    found = next(number for number, line in enumerate(lines, start=1) if "Write here" in line)
    assert name_line(document, found) == "Text (b3)"
    assert name_line(document, 1) == ""
