"""The raw tables of transfer payments, day care and care, in the layout of their offices."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .district import FIRST, LAST, YEARS
from .office import INVENTED, NOTHING, Sheet, Shield, areas_of, german, write_csv, write_workbook
from .tables import AGENCY, Truth, shown

_SGB2 = (
    ("sgb2_personen", "Leistungsberechtigte unter 65 Jahren", "insgesamt"),
    ("sgb2_auslaender", "Leistungsberechtigte unter 65 Jahren", "darunter Ausländer"),
    ("sgb2_0_14", "darunter Kinder und Jugendliche", "unter 15 Jahre"),
    ("sgb2_15_17", "darunter Kinder und Jugendliche", "15 bis unter 18 Jahre"),
    ("sgb2_elb", "erwerbsfähige Leistungsberechtigte", "insgesamt"),
    ("sgb2_15_24", "erwerbsfähige Leistungsberechtigte", "15 bis unter 25 Jahre"),
    ("sgb2_25_54", "erwerbsfähige Leistungsberechtigte", "25 bis unter 55 Jahre"),
    ("sgb2_55_64", "erwerbsfähige Leistungsberechtigte", "55 bis unter 65 Jahre"),
    ("sgb2_bg", "Bedarfsgemeinschaften", "insgesamt"),
    ("sgb2_bg_alleinerziehend", "Bedarfsgemeinschaften", "Alleinerziehende"),
)  # fmt: skip


def sgb2(truth: Truth, folder: Path) -> None:
    """SGB II in December: a Windows-1252 CSV a year, thousands with points, asterisks."""
    names = [name for name, *_ in _SGB2]
    relations = (("sgb2_personen", ("sgb2_0_14", "sgb2_elb")), ("sgb2_elb", ("sgb2_15_24", "sgb2_25_54", "sgb2_55_64")))
    for year in YEARS:
        table = truth.table(names, year)
        cells = shown(table, Shield(3, relations).withheld(table), "*", "-")
        upper = [words if not i or words != _SGB2[i - 1][1] else "" for i, (_, words, _) in enumerate(_SGB2)]
        benefit = "Bürgergeld" if year >= 2023 else "Arbeitslosengeld II und Sozialgeld"
        lines: list[list[str | int]] = [
            [f"Grundsicherung für Arbeitsuchende (SGB II): {benefit}"],
            [f"Berichtsmonat Dezember {year}, Musterkreis"],
            [INVENTED],
            [],
            ["Schlüssel", "Gemeinde / Stadtteil", *upper],
            ["", "", *(words for *_, words in _SGB2)],
            *([area, label, *(cells[area, n] for n in names)] for area, label in areas_of(year)),
            [],
            ["* Wert kleiner 3 oder Gegenstück zu einem solchen Wert (§ 16 BStatG)."],
            [f"© {AGENCY} (erfundene Zahlen)"],
        ]
        write_csv(folder / "sgb2" / f"sgb2_gemeinden_{year}12.csv", lines)


def basic_security(truth: Truth, folder: Path) -> None:
    """Grundsicherung SGB XII: one workbook, the years in columns, points for what is secret."""
    names = ("grusi_65plus", "grusi_18_64")
    words = {"grusi_65plus": "Grundsicherung im Alter", "grusi_18_64": "Grundsicherung bei Erwerbsminderung"}
    cells: dict[tuple[str, str, int], str | int] = {}
    for year in YEARS:
        table = truth.table(names, year)
        cells |= {(a, n, year): v for (a, n), v in shown(table, Shield().withheld(table), ".").items()}
    rows = [
        [area, label, *(cells.get((area, n, year), NOTHING) for n in names for year in YEARS)]
        for area, label in areas_of(None)
    ]
    sheet = Sheet(
        "22151",
        (
            "Empfängerinnen und Empfänger von Grundsicherung im Alter und bei Erwerbsminderung (4. Kapitel SGB XII)",
            f"Dezember {FIRST} bis Dezember {LAST}, nach Wohnort",
            INVENTED,
            "",
        ),
        [("Kennung",), ("Raum",), *((words[n], str(year)) for n in names for year in YEARS)],
        rows,
        (
            "Grundsicherung im Alter: ab Erreichen der Altersgrenze, hier ab 65 Jahren.",
            "Bei Erwerbsminderung: 18 bis unter 65 Jahre.",
            ". = Zahlenwert geheim zu halten   – = nichts vorhanden; Gemeinde zum Stichtag nicht vorhanden",
        ),
    )
    write_workbook(
        folder / "sozialhilfe" / f"grundsicherung_{FIRST}-{LAST}.xlsx", [sheet], title="Grundsicherung SGB XII"
    )


def minimum_income(truth: Truth, folder: Path) -> None:
    """Living allowance and asylum seekers' benefits: a long CSV with the benefit in a column."""
    names = {
        "hlu_empfaenger": "Hilfe zum Lebensunterhalt außerhalb von Einrichtungen",
        "asylblg_empfaenger": "Regelleistungen nach dem AsylbLG",
    }
    lines: list[list[str | int]] = [["Stichtag", "Kennung", "Raum", "Leistung", "Empfänger"]]
    for year in YEARS:
        table = truth.table(list(names), year)
        cells = shown(table, Shield().withheld(table), ".", "-")
        lines += [
            [f"31.12.{year}", area, label, words, cells[area, n]]
            for n, words in names.items()
            for area, label in areas_of(year)
        ]
    write_csv(folder / "mindestsicherung" / "hlu_asylblg.csv", lines)


def housing_benefit(truth: Truth, folder: Path) -> None:
    """Housing benefit: a CSV over all years, the year only in the first row of its block, a mean with decimal comma."""
    lines: list[list[str | int | float]] = [
        ["Wohngeldstatistik: reine Wohngeldhaushalte am 31.12."],
        [INVENTED],
        [],
        ["Jahr", "Kennung", "Raum", "Haushalte", "durchschnittlicher monatlicher Anspruch in Euro"],
    ]
    for year in YEARS:
        table = truth.table(["wohngeld_haushalte"], year)
        cells = shown(table, Shield(4).withheld(table), ".", "-")
        for position, (area, label) in enumerate(areas_of(year)):
            count = cells[area, "wohngeld_haushalte"]
            level = 112 + 4.6 * (year - FIRST) + (34 if year >= 2016 else 0) + (128 if year >= 2023 else 0)
            share = truth.at("haushalte_mit_kindern", area, year) / max(truth.at("haushalte", area, year), 1)
            mean = round(level * (0.8 + 0.9 * share), 2)
            lines.append(
                [str(year) if position == 0 else "", area, label, count, mean if isinstance(count, int) else count]
            )
    lines += [[], ["Gemeinden mit 1 bis 3 Haushalten: Angaben geheim (.)"]]
    write_csv(folder / "wohngeld" / f"wohngeld_{FIRST}-{LAST}.csv", lines, shown=_two_decimals)


def _two_decimals(value: str | int | float | None) -> str:
    return german(value, decimals=2)


_KITA = (
    ("kinder_0_2", "Betreute Kinder", "in Kita oder Tagespflege", "unter 3 Jahre"),
    ("kinder_3_5", "Betreute Kinder", "in Kita oder Tagespflege", "3 bis unter 6 Jahre"),
    ("tagespflege_0_2", "Betreute Kinder", "darunter in Tagespflege", "unter 3 Jahre"),
    ("ganztags_0_2", "Betreute Kinder", "mehr als 7 Stunden am Tag", "unter 3 Jahre"),
    ("ganztags_3_5", "Betreute Kinder", "mehr als 7 Stunden am Tag", "3 bis unter 6 Jahre"),
    ("plaetze_0_2", "Genehmigte Plätze", "unter 3 Jahre", ""),
    ("plaetze_3_5", "Genehmigte Plätze", "3 bis unter 6 Jahre", ""),
    ("kitas", "Einrichtungen", "insgesamt", ""), ("kitas_integrativ", "Einrichtungen", "darunter integrativ", ""),
)  # fmt: skip


def day_care(truth: Truth, folder: Path) -> None:
    """Day care at 1 March: a workbook a year with a total row without id and an occupancy that may not make sense."""
    names = [name for name, *_ in _KITA]
    for year in YEARS:
        rows: list[list[str | int | float]] = []
        for area, label in [*areas_of(year, upper=False), ("00", "Insgesamt")]:
            counts = {n: truth.at(n, area, year) for n in names}
            places = counts["plaetze_0_2"] + counts["plaetze_3_5"]
            children = counts["kinder_0_2"] + counts["kinder_3_5"] - counts["tagespflege_0_2"]
            used: str | float = round(100 * children / places, 2) if places else "x"
            rows.append(["" if area == "00" else area, label, *(counts[n] or NOTHING for n in names), used])
        sheet = Sheet(
            "Kita",
            (
                "Kindertagesbetreuung: Kinder nach Wohnort, Plätze nach Standort",
                f"Stichtag 1. März {year}",
                "Jugendamt Musterkreis – " + INVENTED,
                "",
            ),
            [("Kennung",), ("Raum",), *((a, b, c) for _, a, b, c in _KITA), ("Betreute je 100 Plätze",)],
            rows,
            (
                "Kinder, die Kita und Tagespflege nutzen, zählen einmal.",
                "– = nichts vorhanden   x = Aussage nicht sinnvoll (keine Plätze)",
            ),
        )
        write_workbook(folder / "kita" / f"kita_{year}-03-01.xlsx", [sheet], title=f"Kindertagesbetreuung {year}")


_CARE = (
    ("pflegebeduerftige", "Pflegebedürftige", "insgesamt"),
    ("pflege_0_64", "nach Alter", "unter 65 Jahre"),
    ("pflege_65_74", "nach Alter", "65 bis unter 75 Jahre"),
    ("pflege_75_84", "nach Alter", "75 bis unter 85 Jahre"), ("pflege_85plus", "nach Alter", "85 Jahre und älter"),
    ("pflege_stationaer", "nach Versorgung", "vollstationäre Dauerpflege"),
    ("pflege_ambulant", "nach Versorgung", "ambulante Pflegedienste"),
    ("pflege_geld", "nach Versorgung", "nur Pflegegeld"),
    ("pflege_sonstige", "nach Versorgung", "übrige Leistungen 1)"),
    ("pflegeheim_plaetze", "Pflegeheime", "verfügbare Plätze"), ("pflegeheim_personal", "Pflegeheime", "Personal"),
)  # fmt: skip


def long_term_care(truth: Truth, folder: Path) -> None:
    """Care statistics, every second year: a workbook with a sheet of explanations before the data."""
    names = [name for name, *_ in _CARE]
    for year in YEARS:
        if year % 2 == 0:
            continue
        concept = (
            "Pflegestufen (bis 2016)" if year < 2017 else "Pflegegrade (neuer Pflegebedürftigkeitsbegriff ab 2017)"
        )
        texts = Sheet(
            "Erläuterung",
            (
                "Pflegestatistik",
                f"Berichtsjahr {year}: {concept}",
                "Stationär und ambulant: 15.12., Pflegegeld: 31.12.",
                INVENTED,
            ),
            [],
            [],
        )
        table = truth.table(names, year)
        cells = shown(table, set(), ".")
        data = Sheet(
            "Daten",
            (f"Pflegebedürftige und Pflegeheime im Dezember {year}", INVENTED, ""),
            [("Kennung",), ("Raum",), *((a, b) for _, a, b in _CARE)],
            [[area, label, *(cells[area, n] for n in names)] for area, label in areas_of(year)],
            (
                "1) Teilstationäre Pflege ohne andere Leistung; Pflegegrad 1 mit Angeboten nach Landesrecht (ab 2019).",
                "– = nichts vorhanden",
            ),
        )
        write_workbook(
            folder / "pflege" / f"pflegestatistik_{year}.xlsx", [texts, data], title=f"Pflegestatistik {year}"
        )


def care_assistance(truth: Truth, folder: Path) -> None:
    """Hilfe zur Pflege: one workbook, a sheet for each year, spending in thousands; the last year is still to come."""
    sheets = []
    for year in YEARS:
        table = truth.table(["hilfe_zur_pflege"], year)
        hidden = Shield().withheld(table)
        cells = shown(table, hidden, ".")
        rows: list[list[str | int]] = []
        for area, label in areas_of(year):
            euros = truth.at("hilfe_zur_pflege_ausgaben", area, year)
            spent: str | int = NOTHING if euros == 0 else "0" if euros < 500 else round(euros / 1000)
            if (area, "hilfe_zur_pflege") in hidden:
                spent = "."
            values: list[str | int] = ["...", "..."] if year == LAST else [cells[area, "hilfe_zur_pflege"], spent]
            rows.append([area, label, *values])
        sheets.append(
            Sheet(
                str(year),
                (f"Hilfe zur Pflege (7. Kapitel SGB XII) {year}", INVENTED, ""),
                [
                    ("Kennung",),
                    ("Raum",),
                    ("Empfängerinnen und Empfänger am 31.12.", "Anzahl"),
                    ("Bruttoausgaben im Jahr", "1 000 Euro"),
                ],
                rows,
                (". = geheim   0 = weniger als 500 Euro   – = nichts vorhanden   ... = Angabe fällt später an",),
            )
        )
    write_workbook(
        folder / "hilfe_zur_pflege" / f"hilfe_zur_pflege_{FIRST}-{LAST}.xlsx", sheets, title="Hilfe zur Pflege"
    )


def writers() -> Iterable[Any]:
    """All tables of this module."""
    return sgb2, basic_security, minimum_income, housing_benefit, day_care, long_term_care, care_assistance
