"""The raw tables of people, households and work: what each office delivers, in its own layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .district import ENDED, FIRST, LAST, MERGED, UNITS, YEARS
from .office import INVENTED, NOTHING, Sheet, Shield, areas_of, exists, write_csv, write_workbook
from .population import FEMALE, FOREIGN, GERMAN, MALE, Population

Array = np.ndarray[Any, Any]
AGENCY = "Statistik der Bundesagentur für Arbeit"


@dataclass(frozen=True)
class Truth:
    """Everything that is true in the district: what offices know before they withhold or round.

    Parameters
    ----------
    people
        The register.
    counts
        Counts by name, shape (units, years) each.
    """

    people: Population
    counts: Mapping[str, Array]

    @cached_property
    def members(self) -> dict[str, list[int]]:
        """Units that make up each area, region and the district."""
        ids = [unit.id for unit in UNITS]
        ended = [ids.index(area.id) for area in ENDED]
        found = {key: [index] for index, key in enumerate(ids)} | {MERGED: ended}
        for region in sorted({unit.region for unit in UNITS}):
            found[region] = [index for index, unit in enumerate(UNITS) if unit.region == region]
        return found | {"00": list(range(len(UNITS)))}

    def at(self, name: str, area: str, year: int) -> int:
        """One count of an area or anything above it."""
        return round(float(self.counts[name][self.members[area], year - FIRST].sum()))

    def table(self, names: Sequence[str], year: int, *, upper: bool = True) -> dict[str, dict[str, int]]:
        """Counts of all areas of a year, by area and name."""
        return {key: {n: self.at(n, key, year) for n in names} for key, _ in areas_of(year, upper=upper)}


def shown(
    table: Mapping[str, Mapping[str, int]], hidden: set[tuple[str, str]], sign: str, nothing: str = NOTHING
) -> dict[tuple[str, str], str | int]:
    """Cells as published: withheld ones and empty ones by their signs."""
    return {
        (area, name): sign if (area, name) in hidden else value or nothing
        for area, row in table.items()
        for name, value in row.items()
    }


def register(truth: Truth, folder: Path) -> None:
    """Extract of the population register: one file a year, single years of age."""
    for year in YEARS:
        lines: list[list[str | int]] = [
            [
                "Raum",
                "Alter",
                "Deutsche männlich",
                "Deutsche weiblich",
                "Nichtdeutsche männlich",
                "Nichtdeutsche weiblich",
            ]
        ]
        for area, _ in areas_of(year, upper=False):
            people = truth.people.stock[truth.members[area], ..., year - FIRST].sum(axis=0)
            for age in range(101):
                words = "100 und älter" if age == 100 else str(age)
                lines.append(
                    [area, words, *(int(people[sex, nat, age]) for nat in (GERMAN, FOREIGN) for sex in (MALE, FEMALE))]
                )
        write_csv(folder / "melderegister" / f"Einwohner_{year}-12-31.csv", lines)


def vital(truth: Truth, folder: Path) -> None:
    """Births and deaths in the layout of the GENESIS databases, ended municipalities kept as rows of hyphens."""
    people = truth.people
    lines: list[list[str | int]] = [
        ["GENESIS-Tabelle: 12612-12613-M", *[""] * 8],
        ["Lebendgeborene und Gestorbene nach Geschlecht", *[""] * 8],
        ["- Jahressumme - regionale Tiefe: Gemeinden und Stadtteile", *[""] * 8],
        [f"Statistik der Geburten, Statistik der Sterbefälle ({INVENTED})", *[""] * 8],
        ["", "", "", "Lebendgeborene", "Lebendgeborene", "Lebendgeborene", "Gestorbene", "Gestorbene", "Gestorbene"],
        ["Jahr", "Schlüssel", "Name", *["insgesamt", "männlich", "weiblich"] * 2],
    ]
    for year in YEARS:
        for area, name in areas_of(None):
            cells: list[str | int] = []
            for events in (people.births, people.deaths):
                both = events[truth.members[area], :, year - FIRST].sum(axis=0)
                cells += [int(both.sum()), int(both[MALE]), int(both[FEMALE])]
            if not exists(area, year):
                cells = [0] * 6
            lines.append([str(year), area, name, *(value or "-" for value in cells)])
    lines += [
        ["__________"],
        ["Lebendgeborene nach Wohnort der Mutter, Gestorbene nach letztem Wohnort."],
        ["Aufgelöste Gemeinden stehen weiter in der Tabelle, ihre Werte als „-“."],
        ["© Musterkreis (erfunden), 2026"],
        ["Stand: 02.02.2026 / 08:00:00"],
    ]
    write_csv(folder / "bewegung" / f"Geburten_Sterbefaelle_{FIRST}-{LAST}.csv", lines)


def moves(truth: Truth, folder: Path) -> None:
    """Moves across the area's border, one UTF-8 file a year with a head of two rows."""
    groups = (("unter 18", 0, 17), ("18 bis unter 30", 18, 29), ("30 bis unter 65", 30, 64), ("65 und mehr", 65, 100))
    for year in YEARS:
        lines: list[list[str | int]] = [
            [f"Wanderungen über die Grenze des Raums im Jahr {year}"],
            [INVENTED],
            ["Kennung", "Raum", "Zuzüge", "", "", "", "", "Fortzüge", "", "", "", ""],
            ["", "", *["insgesamt", *(g[0] for g in groups)] * 2],
        ]
        for area, name in areas_of(year, upper=False):
            row: list[str | int] = [area, name]
            for events in (truth.people.arrivals, truth.people.departures):
                ages = events[truth.members[area], :, year - FIRST].sum(axis=0)
                row += [int(ages.sum()) or NOTHING, *(int(ages[a : b + 1].sum()) or NOTHING for _, a, b in groups)]
            lines.append(row)
        lines += [[], ["Quelle: Einwohnermelderegister. Umzüge zwischen Räumen des Kreises zählen in beiden Räumen."]]
        write_csv(folder / "wanderungen" / f"Wanderungen_{year}.csv", lines, encoding="utf-8-sig")


_HOUSEHOLDS = (
    ("haushalte", "Privathaushalte", "insgesamt", ""),
    ("haushalte_einperson", "Privathaushalte", "davon mit … Personen", "1"),
    ("haushalte_zweiperson", "Privathaushalte", "davon mit … Personen", "2"),
    ("haushalte_dreiperson", "Privathaushalte", "davon mit … Personen", "3"),
    ("haushalte_vierperson", "Privathaushalte", "davon mit … Personen", "4"),
    ("haushalte_fuenfperson", "Privathaushalte", "davon mit … Personen", "5 und mehr"),
    ("haushalte_mit_kindern", "Haushalte mit Kindern unter 18 Jahren", "insgesamt", ""),
    ("haushalte_alleinerziehend", "Haushalte mit Kindern unter 18 Jahren", "darunter", "Alleinerziehende"),
    ("haushalte_mit_3_kindern", "Haushalte mit Kindern unter 18 Jahren", "darunter", "3 und mehr Kinder"),
    ("haushalte_personen", "Personen in Privathaushalten", "insgesamt", ""),
    ("kinder_in_haushalten", "Personen in Privathaushalten", "unter 18 Jahren", "zusammen"),
    ("kinder_alleinerziehend", "Personen in Privathaushalten", "unter 18 Jahren", "bei Alleinerziehenden"),
    ("personen_65plus_haushalte", "Personen in Privathaushalten", "65 Jahre und älter", "zusammen"),
    ("alleinlebende_65plus", "Personen in Privathaushalten", "65 Jahre und älter", "allein lebend"),
)  # fmt: skip
#: Columns that rest on the generator's guesses about families: few cases are marked.
_GUESSED = {"haushalte_alleinerziehend", "haushalte_mit_3_kindern", "kinder_alleinerziehend", "haushalte_fuenfperson"}


def generated_households(truth: Truth, folder: Path) -> None:
    """Households by the municipality's generator: a workbook a year, few cases in brackets or as a slash."""
    names = [name for name, *_ in _HOUSEHOLDS]

    def cell(name: str, value: int) -> str | int:
        if value == 0:
            return NOTHING
        if name in _GUESSED and value < 10:
            return "/" if value < 4 else f"({value})"
        return value

    for year in YEARS:
        table = truth.table(names, year)
        rows = [[area, label, *(cell(n, table[area][n]) for n in names)] for area, label in areas_of(year)]
        sheet = Sheet(
            "Haushalte",
            (
                "Privathaushalte nach Größe und Zusammensetzung",
                f"Stichtag 31.12.{year} – Haushaltegenerierung aus dem Melderegister",
                INVENTED,
                "",
            ),
            [("Kennung",), ("Raum",), *((a, b, c) for _, a, b, c in _HOUSEHOLDS)],
            rows,
            (
                "Haushalte werden nach Namen, Zuzug und Adresse zusammengesetzt; ohne Personen in Heimen.",
                "/ = Zahl nicht sicher genug   ( ) = Aussagewert eingeschränkt   – = nichts vorhanden",
            ),
        )
        write_workbook(folder / "haushalte" / f"HHGen_{year}.xlsx", [sheet], title=f"Haushalte {year}")


_UNEMPLOYED = (
    ("arbeitslose", "Arbeitslose", "insgesamt", ""), ("arbeitslose_sgb3", "Arbeitslose", "Rechtskreis", "SGB III"),
    ("arbeitslose_sgb2", "Arbeitslose", "Rechtskreis", "SGB II"),
    ("arbeitslose_m", "Arbeitslose", "Geschlecht", "Männer"),
    ("arbeitslose_f", "Arbeitslose", "Geschlecht", "Frauen"),
    ("arbeitslose_unter_25", "Arbeitslose", "darunter", "15 bis unter 25 Jahre"),
    ("arbeitslose_55plus", "Arbeitslose", "darunter", "55 Jahre und älter"),
    ("arbeitslose_langzeit", "Arbeitslose", "darunter", "langzeitarbeitslos"),
    ("arbeitslose_auslaender", "Arbeitslose", "darunter", "Ausländer"),
)  # fmt: skip


def _agency_notes(year: int) -> tuple[str, ...]:
    return (
        "*) Die Daten unterliegen der Geheimhaltung gemäß § 16 BStatG: Werte kleiner 3 und Daten, "
        "aus denen sich ein solcher Wert errechnen lässt, sind anonymisiert.",
        f"Erstellungsdatum: 02.02.{min(year + 1, 2026)}, {INVENTED}",
        f"© {AGENCY} (erfundene Zahlen)",
    )


def unemployed(truth: Truth, folder: Path) -> None:
    """Unemployment, yearly average: a workbook a year with asterisks."""
    names = [name for name, *_ in _UNEMPLOYED]
    relations = (
        ("arbeitslose", ("arbeitslose_sgb3", "arbeitslose_sgb2")),
        ("arbeitslose", ("arbeitslose_m", "arbeitslose_f")),
    )
    for year in YEARS:
        table = truth.table(names, year)
        cells = shown(table, Shield(3, relations).withheld(table), "*", "-")
        sheet = Sheet(
            "Gemeindedaten",
            (
                "Arbeitslose nach ausgewählten Merkmalen",
                "Musterkreis (Gebietsstand des Berichtsjahres)",
                f"Jahresdurchschnitt {year}",
                INVENTED,
                "",
                "",
            ),
            [("Schlüssel",), ("Gemeinde / Stadtteil",), *((a, b, c) for _, a, b, c in _UNEMPLOYED)],
            [[area, label, *(cells[area, n] for n in names)] for area, label in areas_of(year)],
            _agency_notes(year),
        )
        write_workbook(
            folder / "arbeitslose" / f"arbeitslose-gemeinden-{year}.xlsx", [sheet], title=f"Arbeitslose {year}"
        )


_EMPLOYED = (
    ("beschaeftigte_insgesamt", "Beschäftigte am Wohnort, 15 bis unter 65 Jahre", "insgesamt", ""),
    ("beschaeftigte_wohnort_m", "Beschäftigte am Wohnort, 15 bis unter 65 Jahre", "Geschlecht", "Männer"),
    ("beschaeftigte_wohnort_f", "Beschäftigte am Wohnort, 15 bis unter 65 Jahre", "Geschlecht", "Frauen"),
    ("beschaeftigte_15_24", "Beschäftigte am Wohnort, 15 bis unter 65 Jahre", "Alter", "15 bis unter 25"),
    ("beschaeftigte_25_54", "Beschäftigte am Wohnort, 15 bis unter 65 Jahre", "Alter", "25 bis unter 55"),
    ("beschaeftigte_55_64", "Beschäftigte am Wohnort, 15 bis unter 65 Jahre", "Alter", "55 bis unter 65"),
    ("beschaeftigte_deutsche", "Beschäftigte am Wohnort, 15 bis unter 65 Jahre", "Staatsangehörigkeit", "Deutsche"),
    ("beschaeftigte_auslaender", "Beschäftigte am Wohnort, 15 bis unter 65 Jahre", "Staatsangehörigkeit", "Ausländer"),
    ("beschaeftigte_teilzeit_m", "Beschäftigte am Wohnort, 15 bis unter 65 Jahre", "in Teilzeit", "Männer"),
    ("beschaeftigte_teilzeit_f", "Beschäftigte am Wohnort, 15 bis unter 65 Jahre", "in Teilzeit", "Frauen"),
    ("beschaeftigte_arbeitsort", "Beschäftigte am Arbeitsort", "", ""), ("einpendler", "Einpendler", "", ""),
    ("auspendler", "Auspendler", "", ""),
)  # fmt: skip


def employed(truth: Truth, folder: Path) -> None:
    """Employment at 30 June: a workbook a year; commuters are not defined for parts of a town."""
    names = [name for name, *_ in _EMPLOYED]
    total = "beschaeftigte_insgesamt"
    relations = (
        (total, ("beschaeftigte_wohnort_m", "beschaeftigte_wohnort_f")),
        (total, ("beschaeftigte_15_24", "beschaeftigte_25_54", "beschaeftigte_55_64")),
        (total, ("beschaeftigte_deutsche", "beschaeftigte_auslaender")),
    )
    urban = {unit.id for unit in UNITS if unit.urban}
    work = ("beschaeftigte_arbeitsort", "einpendler", "auspendler")
    for year in YEARS:
        table = truth.table(names, year)
        cells = shown(table, Shield(3, relations).withheld(table), "*", "-")
        cells |= {(area, name): "x" for area in (*urban, "01", "04", "03", "02", "00") for name in work}
        sheet = Sheet(
            "Gemeindedaten",
            (
                "Sozialversicherungspflichtig Beschäftigte",
                "Musterkreis (Gebietsstand des Berichtsjahres)",
                f"Stichtag 30. Juni {year}",
                INVENTED,
                "",
            ),
            [("Schlüssel",), ("Gemeinde / Stadtteil",), *((a, b, c) for _, a, b, c in _EMPLOYED)],
            [[area, label, *(cells[area, n] for n in names)] for area, label in areas_of(year)],
            ("x) Arbeitsort und Pendler sind nur für Gemeinden festgestellt.", *_agency_notes(year)),
        )
        write_workbook(folder / "beschaeftigte" / f"gemband-dlk-0-{year}06.xlsx", [sheet], title=f"Beschäftigte {year}")


def writers() -> Iterable[Any]:
    """All tables of this module."""
    return register, vital, moves, generated_households, unemployed, employed
