"""Why a passage is in an answer, in plain words."""

from __future__ import annotations

from desktop_app.domain.answers import Hit

_FOUND_BY = {
    "fulltext": "By its words it came {place}.",
    "dense": "By its meaning it came {place}.",
    "letters": "By parts of words it came {place}.",
    "sparse": "By words that go with yours it came {place}.",
}
_LAST = "fused"
_MOST_WORDS = 12
_MOST_FORMS = 4
_TEENS = range(11, 14)
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def explain(hit: Hit) -> tuple[str, ...]:
    """Say which words were found, what brought the passage and how it was rated; pure."""
    said = [_found(hit), _missing(hit)]
    places = dict(hit.places)
    said += [
        sentence.format(place=ordinal(places[run]))
        for run, sentence in _FOUND_BY.items()
        if run in places
    ]
    if _LAST in places:
        said.append(f"All of this together put it {ordinal(places[_LAST])}.")
    if hit.stages.logit is not None:
        said.append(
            f"Read together with your question it scored {_cut(hit.score):.2f}, "
            f"which makes it number {hit.rank}."
        )
    else:
        said.append(f"Its score of {_cut(hit.score):.2f} is an estimate; it was not reranked.")
    return tuple(filter(None, said))


def ordinal(number: int) -> str:
    """Give "1st", "12th", "1,023rd" for a number from 1."""
    ending = "th" if number % 100 in _TEENS else _ENDINGS.get(number % 10, "th")
    return f"{number:,}{ending}"


def _cut(score: float) -> float:
    """Cut to two decimals as the rows show it, so that only 1 itself reads 1."""
    return int(score * 100 + 1e-9) / 100


def _found(hit: Hit) -> str:
    found = [each for each in hit.words if each.forms]
    if not found:
        return "None of your words stands in it." if hit.words else ""
    shown = []
    for each in found[:_MOST_WORDS]:
        others = [form for form in each.forms if form.casefold() != each.asked]
        forms = ", ".join(others[:_MOST_FORMS])
        shown.append(f"“{each.asked}”" + (f" (as {forms})" if forms else ""))
    rest = len(found) - len(shown)
    return "It has " + ", ".join(shown) + (f" and {rest:,} more." if rest > 0 else ".")


def _missing(hit: Hit) -> str:
    missing = [each.asked for each in hit.words if not each.forms]
    if not missing or len(missing) == len(hit.words):
        return ""
    rest = len(missing) - _MOST_WORDS
    words = ", ".join(f"“{each}”" for each in missing[:_MOST_WORDS])
    return f"It lacks {words}" + (f" and {rest:,} more." if rest > 0 else ".")
