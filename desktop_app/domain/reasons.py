"""Why a passage is in an answer, in plain words."""

from __future__ import annotations

from desktop_app.domain.answers import Hit
from desktop_app.translation import mark, say_list, tr, tr_n

_FOUND_BY = {
    # Translators: where one way of searching put a passage, "number 3" of its list.
    "fulltext": mark("By its words it came number {place}."),
    "dense": mark("By its meaning it came number {place}."),
    "letters": mark("By parts of words it came number {place}."),
    "sparse": mark("By words that go with yours it came number {place}."),
}
_LAST = "fused"
_MOST_WORDS = 12
_MOST_FORMS = 4


def explain(hit: Hit) -> tuple[str, ...]:
    """Say which words were found, what brought the passage and how it was rated.

    In the language that the process speaks; any thread.
    """
    said = [_found(hit), _missing(hit)]
    places = dict(hit.places)
    said += [
        tr(sentence, place=places[run]) for run, sentence in _FOUND_BY.items() if run in places
    ]
    if _LAST in places:
        said.append(tr("All of this together put it at number {place}.", place=places[_LAST]))
    score = _cut(hit.score)
    if hit.stages.logit is not None:
        sentence = mark(
            "Read together with your question it scored {score:.2f}, which makes it number {rank}."
        )
        said.append(tr(sentence, score=score, rank=hit.rank))
    else:
        sentence = mark("Its score of {score:.2f} is an estimate; it was not reranked.")
        said.append(tr(sentence, score=score))
    return tuple(filter(None, said))


def _cut(score: float) -> float:
    """Cut to two decimals as the rows show it, so that only 1 itself reads 1."""
    return int(score * 100 + 1e-9) / 100


def _found(hit: Hit) -> str:
    found = [each for each in hit.words if each.forms]
    if not found:
        return tr("None of your words stands in it.") if hit.words else ""
    shown = []
    for each in found[:_MOST_WORDS]:
        others = [form for form in each.forms if form.casefold() != each.asked]
        # Translators: a word or a sentence in quotation marks.
        word = tr("“{word}”", word=each.asked)
        if others:
            forms = say_list(others[:_MOST_FORMS])
            # Translators: a word of the question, and the forms in which a text has it.
            word = tr("{word} (as {forms})", word=word, forms=forms)
        shown.append(word)
    words, rest = say_list(shown), len(found) - len(shown)
    if rest > 0:
        return tr_n(
            "It has {words} and {count} more.",
            "It has {words} and {count} more.",
            rest,
            words=words,
        )
    # Translators: "it" is a passage of a text.
    return tr("It has {words}.", words=words)


def _missing(hit: Hit) -> str:
    missing = [each.asked for each in hit.words if not each.forms]
    if not missing or len(missing) == len(hit.words):
        return ""
    words = say_list(tr("“{word}”", word=each) for each in missing[:_MOST_WORDS])
    rest = len(missing) - _MOST_WORDS
    if rest > 0:
        return tr_n(
            "It lacks {words} and {count} more.",
            "It lacks {words} and {count} more.",
            rest,
            words=words,
        )
    # Translators: "it" is a passage of a text.
    return tr("It lacks {words}.", words=words)
