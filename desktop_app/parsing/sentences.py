"""Where a text may be cut, and about how many word pieces it costs a model to read.

No tokenizer is used: passages are cut once and read by every pack's model, and the
parser processes that cut them must stay light.
"""

# ruff: noqa: RUF001 - the punctuation of other scripts is what this file is about
from __future__ import annotations

import re
import string
import unicodedata

_CLOSERS = "\"'”’»›)\\]）」』】〉》"
_BOUNDARY = re.compile(
    # From the first mark of a row: from each of them, it takes the square of the length.
    rf"(?P<dot>(?<![.!?…])[.!?…]++[{_CLOSERS}]*+\s+)"
    # Full-width marks and those of Urdu, Arabic, Hindi, Burmese, Khmer, Armenian, Amharic.
    rf"|[。！？｡．؟۔।॥။។։።፧]+[{_CLOSERS}]*\s*"
    # Thai and Lao write no full stop: a space between two words ends a clause.
    r"|(?<=[\u0e00-\u0eff])\s+(?=[\u0e00-\u0eff])"
    r"|\n\s*\n"
)
# The same for ASCII: found eight times as fast, since it begins with one of few characters.
_PLAIN_BOUNDARY = re.compile(
    r"(?P<dot>[.!?\n])"
    r"(?:(?<=\n)\s*\n|(?<!\n)(?<![.!?]{2})[.!?]*+[\"'\])]*+\s+)"
)
_LAST_WORD = re.compile(r"[^\s(\[\"'„“«]+\Z")
_INITIAL_OR_ORDINAL = re.compile(r"(?:\w\.)*\w|\d{1,2}")
_WRITTEN_SHORT = (
    "abs al anm approx apr art aug av bd bzw ca cap cf ch chap co corp dec dept dez dipl doc dr "
    "ed eds eg eq esp est etc evtl feb ff fig figs fr gen ggf gov hon hr hrsg ie inc inkl jan jr "
    "jul jun kap lt ltd m mag mar max mm mme mr mrs ms mt nat no nos nov nr núm obs oct okt op "
    "op.cit p pag par pp pr prof ref rep rev sec sen sep sept sog sr sra srta st std str tab tel "
    "u.a usw vgl vol vs z.b zz"
)
_ABBREVIATIONS = frozenset(_WRITTEN_SHORT.split())
_WIDE = re.compile(
    r"[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef"
    r"\U00020000-\U0003ffff]"
)
_CLAUSE_END = re.compile(r"[,;:،؛，、；：]\s*|\s+")

_LETTERS_A_PIECE = 4.3
_DIGITS_A_PIECE = 2.2
_FOREIGN_CHARACTERS_A_PIECE = 3.0
_DIGITS = string.digits.encode()
_MARKS = string.punctuation.encode()
_WHITE = string.whitespace.encode()


def estimate_tokens(text: str) -> int:
    """Estimate the word pieces of a text, at least 1, in time linear in its length.

    One a Chinese, Japanese or Korean character and punctuation mark, one per 4.3 Latin
    letters, 2.2 digits, 3 characters of other scripts. Fitted to the WordPiece tokenizer
    of the starter pack on English abstracts, Markdown and PDF pages (tests/bench).
    """
    plain = text.encode("ascii", "ignore")
    marks = len(plain) - len(plain.translate(None, _MARKS))
    digits = len(plain) - len(plain.translate(None, _DIGITS))
    letters = len(plain.translate(None, _WHITE)) - marks - digits
    pieces = marks + letters / _LETTERS_A_PIECE + digits / _DIGITS_A_PIECE
    if len(plain) < len(text):
        wide = len(_WIDE.findall(text))
        # An accented letter counts as one of another script: that errs on the safe side.
        pieces += wide + (len(text) - len(plain) - wide) / _FOREIGN_CHARACTERS_A_PIECE
    return max(1, round(pieces))


def sentence_ends(text: str) -> list[int]:
    """Return the offsets at which a sentence ends and the next begins, ascending.

    An offset stands after the white space that follows the sentence; the end of the text
    is always the last. Not taken for an end: a full stop before a lower-case letter,
    after an abbreviation, an initial or a number of one or two digits ("3. Mai").
    """
    ends = []
    boundary = _PLAIN_BOUNDARY if text.isascii() else _BOUNDARY
    for match in boundary.finditer(text):
        end = match.end()
        if end >= len(text):
            break
        dot = match.start("dot")
        if dot >= 0 and text[dot] != "\n" and not _is_full_stop(text, dot, end):
            continue
        ends.append(end)
    if text:
        ends.append(len(text))
    return ends


def cut_to_size(text: str, limit: int) -> list[int]:
    """Return offsets that cut a text without sentences into pieces of ``limit`` tokens.

    Cuts after a clause or a word where there is one in the second half of a piece, else
    between characters, but not before a combining mark. The last is the text's end.
    """
    ends = []
    start = 0
    while start < len(text):
        end = min(len(text), start + int(limit * _LETTERS_A_PIECE))
        while (tokens := estimate_tokens(text[start:end])) > limit:
            end = start + max(1, min(end - start - 1, (end - start) * limit // tokens))
        if end < len(text):
            end = _retreat(text, start, end)
        ends.append(end)
        start = end
    return ends


def _retreat(text: str, start: int, end: int) -> int:
    middle = start + (end - start) // 2
    last = max((match.end() for match in _CLAUSE_END.finditer(text, middle, end)), default=0)
    if last:
        return last
    earliest = max(middle, start + 1)
    for cut in range(end, earliest - 1, -1):
        if not unicodedata.combining(text[cut]):
            return cut
    return end


def _is_full_stop(text: str, dot: int, following: int) -> bool:
    if text[following].islower():
        return False
    if text[dot] != "." or text[dot : dot + 2] == "..":
        return True
    word = _LAST_WORD.search(text, max(0, dot - 16), dot)
    if word is None:
        return True
    last = word.group().casefold()
    return last not in _ABBREVIATIONS and _INITIAL_OR_ORDINAL.fullmatch(last) is None
