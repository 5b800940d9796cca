import dataclasses
from dataclasses import replace

import pandas as pd
import pytest
from drawings import NARROW, PALETTE, TEXT, assert_well_drawn, elements, forms, texts

from sozlib.chapter.pyramid import AgeStructure, pyramid

AGES = tuple(range(0, 95, 5))
ENDS = (*(a + 4 for a in AGES[:-1]), None)
MEN = tuple(200.0 + 5 * k for k in range(19))
WOMEN = tuple(210.0 + 4 * k for k in range(19))
TODAY = AgeStructure("2025", AGES, ENDS, MEN, WOMEN)
DISTRICT = AgeStructure("Musterkreis 2025", AGES, ENDS, tuple(17 * m for m in MEN), WOMEN)
HIDDEN = AgeStructure("2025", AGES, ENDS, MEN, WOMEN, (*("",) * 16, ".", ".", "."), ("/", *("",) * 18))


@pytest.mark.parametrize("width", [NARROW, TEXT])
@pytest.mark.parametrize("compared", [None, DISTRICT, dataclasses.replace(DISTRICT, label="Vorausberechnung " * 4)])
@pytest.mark.parametrize("own", [TODAY, HIDDEN])
def test_words_stand_free(own: AgeStructure, compared: AgeStructure | None, width: int) -> None:
    assert_well_drawn(pyramid(own, palette=PALETTE, compared=compared, share=compared is not None, width=width))


def bars(figure, token: str) -> int:  # type: ignore[no-untyped-def]
    fixed, _ = forms(figure)
    found = [e for e in elements(fixed, "path") if e.get("fill") == PALETTE[token]]
    return len(found) - 1  # one is the key


def test_every_group_is_a_bar_and_a_protected_one_a_sign() -> None:
    assert (bars(pyramid(TODAY, palette=PALETTE), "male"), bars(pyramid(TODAY, palette=PALETTE), "female")) == (19, 19)
    figure = pyramid(HIDDEN, palette=PALETTE)
    assert (bars(figure, "male"), bars(figure, "female")) == (16, 18)
    assert texts(figure).count(".") == 3
    assert texts(figure).count("/") == 1


def test_the_sum_is_written_only_if_it_is_the_sum_of_all() -> None:
    assert "Männer 4.655" in texts(pyramid(TODAY, palette=PALETTE))
    assert "Männer" in texts(pyramid(HIDDEN, palette=PALETTE))
    assert "Männer" in texts(pyramid(replace(TODAY, exact=False), palette=PALETTE))  # rounded parts do not add up


def test_shares_add_up_to_a_hundred() -> None:
    male, female = TODAY.scaled(share=True)
    assert sum(v or 0 for v in (*male, *female)) == pytest.approx(100)
    assert TODAY.complete
    assert not HIDDEN.complete


def test_both_structures_need_the_same_groups() -> None:
    other = dataclasses.replace(TODAY, age_from=tuple(a + 1 for a in AGES))
    with pytest.raises(ValueError, match="same age groups"):
        pyramid(TODAY, palette=PALETTE, compared=other)


def test_an_empty_area_is_drawn() -> None:
    zero = AgeStructure("2025", AGES, ENDS, (0.0,) * 19, (0.0,) * 19)
    assert_well_drawn(pyramid(zero, palette=PALETTE, share=True))


def test_rows_of_the_snapshot_become_groups() -> None:
    frame = pd.DataFrame(
        [
            {"area": "01", "period": 2025, "sex": s, "age_from": a, "age_to": b, "value": v, "status": q}
            for s, a, b, v, q in [
                ("f", 90, None, 5.0, ""), ("m", 0, 4, 3.0, ""), ("f", 0, 4, 9.0, "."), ("m", 90, None, 1.0, ""),
            ]
        ]
    )  # fmt: skip
    structure = AgeStructure.of("2025", frame)
    assert structure.groups() == ("0–4", "90+")
    assert (structure.male, structure.female) == ((3.0, 1.0), (None, 5.0))
    assert structure.female_status == (".", "")
