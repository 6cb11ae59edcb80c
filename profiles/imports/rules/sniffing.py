"""How a text file is written: its encoding and what parts its columns."""

import codecs
import csv
from itertools import islice

DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Bar"}
ENCODINGS = {
    "utf-8": "UTF-8", "cp1252": "Windows-1252 (Western Europe)",
    "iso-8859-15": "ISO 8859-15 (Western Europe)", "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)", "shift_jis": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
}  # fmt: skip
_LOOKED_AT = 20


def guess_encoding(head: bytes) -> str:
    """Return UTF-8 where the first bytes are that, and Windows-1252 otherwise."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def guess_delimiter(text: str) -> str:
    """Return the delimiter by which the first rows have the most columns, all of them as many."""

    def score(delimiter: str) -> tuple[bool, int]:
        try:
            rows = list(
                islice(csv.reader(text.splitlines(keepends=True), delimiter=delimiter), _LOOKED_AT)
            )
        except csv.Error:
            return False, 0
        widths = [len(row) for row in rows if row]
        # The last row of a cut text may be short.
        whole = widths[:-1] or widths
        return len(set(whole)) == 1, min(whole, default=0)

    return max(DELIMITERS, key=score)
