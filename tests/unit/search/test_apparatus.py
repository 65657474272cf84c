"""Sources, contents and captions lead elsewhere; prose with years and names does not."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.search.apparatus import find_apparatus

PIECES = (
    "Naylor, E. (2010). Chronobiology. Press.",
    "[3] J. Smith, Title, Journal 12(3), 2009.",
    "7.1 Light … 62",
    "References",
    "The tide turns twice a day.",
    "\n",
    "\n\n",
    " ",
)


def found(text, *heading):
    return [text[start:end].strip() for start, end in find_apparatus(text, heading)]


@pytest.mark.parametrize(
    "entry",
    [
        "Naylor, E. (2010). Chronobiology of Marine Organisms. Cambridge University Press.",
        "[12] J. Smith and A. Berg, Moisture in grain, Journal of Silos 12(3), 2009, pp. 3-9.",
        "Davies TW, Smyth T. Why light at night matters. Glob Change Biol 2018; 24: 872-882.",
        "3. Müller, H.: Die Moore Niedersachsens. Springer Verlag, Berlin 1998, S. 12.",
        "García, M. y López, J. (2011). La sal en los arrozales. Editorial Delta, 45-52.",
        "[1] 张三, 李四. 木拱廊桥的振动[J]. 工程力学, 2010, 12(3): 45-50.",
        "• Naylor E. Chronobiology of Marine Organisms. Cambridge University Press, 2010.",
    ],
)
def test_an_entry_of_a_list_of_sources_is_told_by_its_form(entry):
    assert found(f"It is so.\n\n{entry}\n\nSo it is.") == [entry]


@pytest.mark.parametrize(
    "heading",
    ["References", "6. REFERENCES", "Literaturverzeichnis", "Bibliographie", "Bibliografía",
     "Riferimenti bibliografici", "Referências", "Literatuur", "参考文献", "المراجع"],
)  # fmt: skip
def test_under_the_heading_of_a_list_less_tells_a_source(heading):
    source = "Report of the harbour board, 2009, https://harbour.example"
    assert found(f"{heading}\n\n{source}\n\nConclusions\n\nIt was built 1990-1993.") == [source]
    assert found(source, "Harbour", heading) == [source]
    assert found(source, "Harbour") == []


def test_the_footnote_under_a_list_of_sources_is_none():
    note = "Data are deposited in the archive since 2019."
    assert found(f"References\n\nNaylor, E. (2010). Tides. Some Press.\n\n{note}") == [
        "Naylor, E. (2010). Tides. Some Press."
    ]


@pytest.mark.parametrize(
    "line", ["7.5.1.4 HMAC-SHA256 … 63", "Introduction ........ 4", "Anhang . . . . . . ix"]
)
def test_a_line_of_contents_is_told_by_what_leads_to_its_page(line):
    assert found(f"{line}\nThe tide turns.") == [line]


@pytest.mark.parametrize(
    "caption",
    ["Table 1. Foraging time and growth of crabs.", "Abb. 2: Wachstum der Krabben im Sommer.",
     "Figure 3 Growth under white light.", "图3 桥的振动频率和阻尼。", "Tableau 4 : croissance."],
)  # fmt: skip
def test_what_stands_below_a_figure_or_above_a_table_is_told_by_its_label(caption):
    assert found(f"{caption}\nThe crabs grew in May.") == [caption]


@pytest.mark.parametrize("line", ["Table 1 shows growth.", "Figures were paid.", "Tab 3 is open."])
def test_a_sentence_about_a_figure_is_no_caption(line):
    assert found(line) == []


@pytest.mark.parametrize(
    "prose",
    [
        "Smith v Jones (2009) held that 3-4 days of notice suffice for a lease of this kind.",
        "Mr. Pike paid 300 pounds on 3 May 2009 at https://bank.example as agreed.",
        "In 1893, the lamplighters struck for 34 nights; see pp. 3-9 of the notes.",
        "A. Berg sold the house in 1990.",
        "Der Vertrag wurde 2009 geschlossen, S. 3 gilt weiter.",
        "Well... that is how it was in 1990.",
    ],
)
def test_prose_with_names_and_years_leads_nowhere(prose):
    assert found(prose) == []


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=20)).map("".join))
def test_what_is_found_is_apart_and_in_order(text):
    spans = find_apparatus(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
