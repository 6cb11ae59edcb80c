"""The reference page names every channel with its parts, and every provider with its channels."""

import re

from campaigns.channels.words import CHANNELS, PROVIDERS
from campaigns.content.rules.parts import PARTS
from campaigns.contracts import Channel
from campaigns.extension_points import channel_providers
from tests.architecture.sources import ROOT, read

PAGE = ROOT / "docs" / "reference" / "channels.md"


def rows():
    lines = [line for line in read(PAGE).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_channel_has_a_row_with_all_its_parts():
    documented = {row[0].strip("`"): row[1] for row in rows() if len(row) == 4}
    assert set(documented) == {channel.value for channel in Channel}
    for channel, parts in PARTS.items():
        named = re.findall(r"\*\*(\w+)\*\*|`(\w+)`", documented[channel])
        assert {one or other for one, other in named} == {part.name for part in parts}, channel
        bold = {one for one, _ in named if one}
        assert bold == {part.name for part in parts if part.is_required}, channel


def test_every_provider_has_a_row_with_its_channels():
    documented = {
        kind.strip("` "): row[1] for row in rows() if len(row) == 5 for kind in row[0].split(",")
    }
    providers = dict(channel_providers.items())
    assert set(documented) == set(providers) == set(PROVIDERS)
    for kind, said in documented.items():
        served = {channel.value for channel in providers[kind].channels}
        assert said == "all" or set(said.split(", ")) == served, kind


def test_every_channel_has_a_name_for_people():
    assert set(CHANNELS) == set(Channel)
