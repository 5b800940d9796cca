"""What the invented district consists of: areas, their character, places and waters.

Every name is made up. The character of an area (kind, burden, trend) is what indices and types should find again in
the tables, so it is written down here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Start of every random stream; changing it makes another district.
SEED = 20260316
FIRST, LAST = 2010, 2025
YEARS = tuple(range(FIRST, LAST + 1))
#: Year from which the two municipalities of the north are one.
MERGER = 2016


@dataclass(frozen=True)
class Area:
    """An area as it is simulated.

    Parameters
    ----------
    id, number, name
        Identity and display order; a municipality that ended has no number.
    kind
        A town core, B dense housing, C edge of town, D small town, E commuters, F rural and growing, G rural and
        stable, H rural and ageing.
    x, y
        Centre in kilometres of the district's own grid.
    weight
        How much land the area claims against its neighbours.
    start
        Inhabitants at the end of 2009.
    burden
        Social burden in standard deviations in the middle of the period, positive is worse.
    trend
        Its change over the period.
    bank
        Side of the river Hasel: ``north``, ``south`` or ``both``.
    """

    id: str
    number: int | None
    name: str
    kind: str
    x: float
    y: float
    weight: float
    start: int
    burden: float
    trend: float
    bank: str

    @property
    def region(self) -> str:
        """Id of the planning region."""
        return self.id[:2]

    @property
    def urban(self) -> bool:
        """Part of the county town Haselmünde."""
        return self.region == "01"


WHOLE = ("00", "Musterkreis", "Kreis")
REGIONS = (
    ("01", "Planungsregion Haselmünde", "Haselmünde"),
    ("02", "Planungsregion Ost", "Ost"),
    ("03", "Planungsregion Nordwest", "Nordwest"),
    ("04", "Planungsregion Mitte", "Mitte"),
)

#: Areas of 1 January 2026 in the order of their numbers.
AREAS = (
    Area("0101", 1, "Haselmünde-Altstadt", "A", 24.2, 27.6, 1.3, 8900, 0.50, 0.1, "north"),
    Area("0102", 2, "Haselmünde-Nordfeld", "B", 24.8, 31.0, 1.6, 8350, 1.65, -0.5, "north"),
    Area("0103", 3, "Haselmünde-Bahnhofsviertel", "A", 27.9, 28.5, 1.4, 7100, 1.45, -1.1, "north"),
    Area("0104", 4, "Haselmünde-Weidenhang", "C", 20.9, 28.9, 2.0, 5900, -0.80, 0.1, "north"),
    Area("0105", 5, "Haselmünde-Kanalstadt", "B", 25.2, 23.6, 2.2, 23050, 1.05, 0.9, "south"),
    Area("0201", 6, "Bad Quellingen", "D", 43.0, 35.5, 6.4, 14900, 0.45, 0.0, "north"),
    Area("0301", 7, "Brackenrode", "D", 10.0, 33.0, 6.2, 11900, 0.62, -1.0, "north"),
    Area("0401", 8, "Falkenrieth", "E", 35.0, 21.5, 5.0, 7700, -0.35, 0.0, "south"),
    Area("0402", 9, "Grünlohra", "E", 33.5, 33.5, 5.0, 8800, -1.10, -0.2, "north"),
    Area("0202", 10, "Kaltenmühlen", "H", 52.0, 24.5, 6.6, 2950, 0.70, 0.8, "south"),
    Area("0302", 11, "Lützenried", "G", 12.0, 18.5, 6.2, 5350, 0.15, 0.5, "south"),
    Area("0403", 12, "Neuilmsdorf", "E", 25.0, 14.0, 5.6, 7950, -1.35, 0.0, "south"),
    Area("0203", 13, "Oberzellenau", "H", 57.0, 38.3, 3.4, 365, 0.60, 0.8, "both"),
    Area("0204", 14, "Steinwarde", "D", 40.5, 9.5, 6.2, 12400, 0.35, -0.1, "south"),
    Area("0303", 15, "Tiefenlohra", "G", 22.0, 41.5, 6.2, 4950, -0.75, -0.9, "north"),
    Area("0304", 16, "Wolkersiek", "F", 33.0, 44.0, 5.2, 5400, -0.95, 0.1, "north"),
)

#: The two municipalities that became Wolkersiek.
ENDED = (
    Area("0305", None, "Wolkersheim", "F", 31.5, 43.0, 3.0, 3750, -1.05, 0.1, "north"),
    Area("0306", None, "Siekfelde", "F", 35.5, 45.5, 2.0, 1650, -0.75, 0.1, "north"),
)
MERGED = "0304"

#: What the simulation runs over: the lasting areas and the two that ended (they go on within Wolkersiek).
UNITS = (*(area for area in AREAS if area.id != MERGED), *ENDED)

#: Villages and towns: name, area, x, y, seat of the area.
PLACES = (
    ("Haselmünde", "0101", 24.6, 27.2, True), ("Bad Quellingen", "0201", 42.4, 35.0, True),
    ("Hohenquell", "0201", 46.2, 38.6, False), ("Oberbronn", "0201", 40.4, 40.2, False),
    ("Brackenrode", "0301", 10.6, 32.6, True), ("Eschwinkel", "0301", 6.9, 29.4, False),
    ("Tannhorst", "0301", 13.4, 37.6, False), ("Falkenrieth", "0401", 35.2, 21.8, True),
    ("Haselfurt", "0401", 37.6, 25.6, False), ("Grünlohra", "0402", 33.2, 33.0, True),
    ("Lohrabrück", "0402", 34.2, 29.4, False), ("Kaltenmühlen", "0202", 51.2, 24.8, True),
    ("Windischau", "0202", 55.4, 20.6, False), ("Moosgrund", "0202", 48.2, 19.2, False),
    ("Lützenried", "0302", 12.6, 18.2, True), ("Auenhagen", "0302", 9.4, 22.8, False),
    ("Neuilmsdorf", "0403", 25.2, 13.6, True), ("Ilmsbach", "0403", 21.6, 9.8, False),
    ("Oberzellenau", "0203", 56.6, 37.6, True), ("Steinwarde", "0204", 40.2, 9.8, True),
    ("Kreuzsteig", "0204", 36.2, 12.6, False), ("Tiefenlohra", "0303", 22.2, 41.2, True),
    ("Lohraquell", "0303", 18.4, 43.2, False), ("Wolkersheim", "0304", 31.4, 43.2, True),
    ("Siekfelde", "0304", 35.4, 43.4, False),
)  # fmt: skip

#: Control points of the Hasel from its spring in the hills of the east to the district's western edge.
HASEL = (
    (54.2, 42.6), (55.6, 40.2), (54.6, 37.9), (52.8, 35.6), (51.6, 33.0), (48.8, 30.9), (45.0, 29.6), (41.2, 27.4),
    (37.6, 27.9),
    (33.6, 26.6), (30.4, 26.9), (27.6, 25.6), (24.8, 26.1), (22.4, 25.6), (19.6, 25.9), (16.4, 24.3), (12.8, 25.6),
    (9.4, 24.7), (5.4, 26.2), (1.0, 25.2), (-4.0, 25.6),
)  # fmt: skip
#: Control points of the Lohra, a brook that joins the Hasel.
LOHRA = (
    (17.6, 44.2), (20.2, 42.6), (23.0, 41.0), (25.6, 39.2), (28.4, 37.4), (31.0, 35.6), (32.8, 33.6), (34.6, 31.4),
    (34.4, 29.2), (35.2, 27.6),
)  # fmt: skip
#: Reservoir below Oberzellenau: centre and radii.
RESERVOIR = (54.6, 38.0, 1.5, 0.55)


def stream(*labels: object) -> np.random.Generator:
    """Random numbers of their own for each purpose, so that adding one table leaves the others as they are."""
    return np.random.default_rng([SEED, *(ord(c) for c in "/".join(map(str, labels)))])
