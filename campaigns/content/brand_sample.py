"""A message that shows a brand kit, with the same frame and blocks that e-mails are made of."""

from datetime import datetime
from types import MappingProxyType

from campaigns.content.compiling import finish_draft
from campaigns.content.pieces import Pieces
from campaigns.content.previewing import preview_words
from campaigns.content.rules.brand import BrandValues, pin_kit
from campaigns.content.rules.document import (
    Button,
    Divider,
    Document,
    Heading,
    Text,
    write_document,
)
from campaigns.content.rules.rendering import Refusal
from campaigns.contracts import Channel, TemplateDraft

_SAMPLE = Document(
    blocks=[
        Heading(id="b1", text="Good to see you"),
        Text(
            id="b2",
            text="This is how words look, **strong ones** too, and [a link](https://example.com/).\n\n"
            "A second paragraph says a little more.",
        ),
        Button(id="b3", label="The main button", href="https://example.com/"),
        Button(id="b4", label="The other button", href="https://example.com/", look="outline"),
        Divider(id="b5"),
        Heading(id="b6", text="A smaller heading", level=3),
        Text(id="b7", text="And its words."),
    ]
)


def sample_page(values: BrandValues, *, now: datetime) -> str:
    """Return the sample as HTML."""
    draft = TemplateDraft(
        channel=Channel.EMAIL,
        subject="Sample",
        source=write_document(_SAMPLE),
        source_format="blocks",
    )
    pieces = Pieces(blocks=MappingProxyType({}), brand=(pin_kit(values, kit="", number=0),))
    finished = finish_draft(draft, is_marketing=False, pieces=pieces)
    shown = preview_words(finished.compiled, person=None, now=now)
    return shown.words.reason if isinstance(shown.words, Refusal) else shown.words.html
