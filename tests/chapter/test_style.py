import io

import matplotlib
from drawings import PALETTE
from matplotlib.figure import Figure

from sozlib.chapter.style import house_style


def test_an_own_plot_gets_letters_and_colours_of_the_report_and_the_session_stays_as_it_was() -> None:
    before = dict(matplotlib.rcParams)
    with matplotlib.rc_context(house_style(PALETTE)):
        figure = Figure()
        axes = figure.add_subplot()
        axes.plot([1, 2, 3], [2, 1, 3])
        axes.set_title("Zuzüge")
        sink = io.BytesIO()
        figure.savefig(sink, format="svg")
    svg = sink.getvalue().decode()
    assert "Source Sans 3" in svg
    assert PALETTE["own"] in svg
    assert dict(matplotlib.rcParams) == before
