import pytest
from drawings import LONG_NAME, PALETTE, boxes
from hypothesis import given
from hypothesis import strategies as st

from sozlib.chapter.canvas import Canvas
from sozlib.chapter.lettering import width, wrap


@pytest.mark.parametrize("text", [LONG_NAME, "95-%-Intervall", "1.234,5 %", "Übergewicht", "iiii", "WWWW"])
@pytest.mark.parametrize("bold", [False, True])
def test_measured_width_is_what_matplotlib_draws(text: str, bold: bool) -> None:
    canvas = Canvas(680, 40, PALETTE)
    canvas.text(0, 20, text, bold=bold)
    [(_, box)] = boxes(canvas)
    assert box.width <= width(text, bold=bold) + 1.5
    assert box.width >= 0.9 * width(text, bold=bold) - 1.5


@given(st.text(st.characters(codec="latin-1", categories=["L", "N", "Zs"]) | st.sampled_from("- –/"), max_size=80))
def test_wrapping_loses_no_letter_and_keeps_to_the_width(text: str) -> None:
    lines = wrap(text, 100)
    assert all(width(line) <= 101 or len(line) <= 4 for line in lines)
    kept = "".join("".join(lines).split()).replace("-", "")
    assert kept == "".join(text.split()).replace("-", "")


def test_names_break_at_their_hyphen() -> None:
    assert wrap("Haselmünde-Bahnhofsviertel", 110) == ("Haselmünde-", "Bahnhofsviertel")
