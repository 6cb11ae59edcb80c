"""From source to the HTML that is rendered for each person: MJML, tracked links, pixel, plain text.

All of this happens once, when a version is published; Liquid tags pass through untouched.
"""

import html as html_text
import re
from html.parser import HTMLParser

import mrml

# Python's `html` and Liquid leave these alone; only links of the web are counted.
_LINK = re.compile(r"""(<a\b[^>]*?\bhref=)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)
_LIQUID = re.compile(r"\{[{%]")
_PURE_OUTPUT = re.compile(r"^\{\{(?P<inside>(?:(?!\}\}).)*)\}\}$", re.DOTALL)
_UNTRACKED = ("mailto:", "tel:", "sms:", "#")
_OWN_LINKS = ("unsubscribe_link",)

# Neither files nor addresses are read while compiling, and no font is fetched from strangers.
_NO_INCLUDES = mrml.ParserOptions(include_loader=mrml.noop_loader())
_OWN_FONTS = mrml.RenderOptions(fonts={})

_PIXEL = '<img src="{{ open_pixel_link }}" width="1" height="1" alt="" style="display:block" />'


class BadSource(ValueError):
    """The source cannot be compiled; the text says why and where."""


def compile_source(source: str, source_format: str) -> str:
    """Return the HTML of an e-mail from MJML, or HTML as it is; raises `BadSource`."""
    return _compile_mjml(source) if source_format == "mjml" else source


def add_tracking(page: str) -> str:
    """Return HTML whose links go through the `tracked` filter, with the open pixel at its end."""
    page = _LINK.sub(_track, page)
    if "</body>" in page:
        return page.replace("</body>", f"{_PIXEL}</body>", 1)
    return page + _PIXEL


def _compile_mjml(source: str) -> str:
    try:
        return str(mrml.to_html(source, _NO_INCLUDES, _OWN_FONTS).content)
    except (OSError, ValueError) as error:
        raise BadSource(f"The MJML cannot be read: {error}.") from error


def _track(match: re.Match[str]) -> str:
    """Send one link through the `tracked` filter, whatever its address is made of."""
    before, _, target = match.groups()
    address = html_text.unescape(target.strip())
    if address.startswith(_UNTRACKED) or any(name in address for name in _OWN_LINKS):
        return match.group(0)
    pure = _PURE_OUTPUT.match(address)
    if pure:
        tracked = f"{{{{{pure['inside']}| tracked }}}}"
    elif _LIQUID.search(address):
        tracked = (
            f"{{% capture link_target %}}{address}{{% endcapture %}}{{{{ link_target | tracked }}}}"
        )
    else:
        tracked = f'{{{{ "{address.replace(chr(34), "%22")}" | tracked }}}}'
    return f'{before}"{tracked}"'


def derive_text(page: str) -> str:
    """Return a plain text part for HTML: paragraphs as lines, links as “label: address”."""
    reader = _TextReader()
    reader.feed(page)
    lines = [re.sub(r"[ \t\r\n]+", " ", line).strip() for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _TextReader(HTMLParser):
    _BLOCKS = frozenset({"p", "div", "tr", "h1", "h2", "h3", "h4", "li", "table", "br", "ul", "ol"})
    _SILENT = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._SILENT:
            self._silent += 1
        elif tag in self._BLOCKS:
            self.parts.append("\n")
        elif tag == "a":
            self._targets.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "a" and self._targets:
            target = self._targets.pop()
            if target and not target.startswith("#"):
                self.parts.append(f": {target}")
        elif tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
