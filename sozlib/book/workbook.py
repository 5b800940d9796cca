"""The edition's values as an Excel workbook, for readers who calculate on.

Numbers stay numbers; a protected value is its sign as text, a limited one stands in brackets by number format. The
same snapshot gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

from sozlib.book import published
from sozlib.edition import Edition
from sozlib.snapshot import Snapshot

if TYPE_CHECKING:
    import pandas as pd

_WIDTHS = {"titel": 40, "gebiet": 28, "quelle": 46, "lizenz": 30, "gegenueber_gesamt": 20, "trend": 16}


def write_workbook(snapshot: Snapshot, values: pd.DataFrame, path: Path) -> None:
    """Write the workbook: „Lies mich“, one sheet a topic, definitions, sources, signs.

    Parameters
    ----------
    snapshot
        The edition.
    values
        What :func:`sozlib.book.published.values` gives for it.
    path
        File to be.
    """
    report, cycle = snapshot.meta["report"], snapshot.meta["cycle"]
    published_on = dt.datetime.fromisoformat(str(cycle["published"]))
    book = xlsxwriter.Workbook(path.as_posix(), {"in_memory": True, "default_date_format": "dd.mm.yyyy"})
    book.set_properties(
        {
            "title": f"{report['title']}: Indikatoren",
            "author": report["publisher"]["name"],
            "company": report["publisher"]["name"],
            "comments": " ".join(
                filter(None, (Edition.model_validate(snapshot.meta["edition"]).mark, report["invented"]))
            ),
            "created": published_on,
        }
    )
    formats = _Formats(book)
    _read_me(book, formats, snapshot)
    decimals = {entry["id"]: int(entry["decimals"]) for entry in snapshot.meta["catalogue"]}
    for topic in report["topics"]:
        rows = values[values["themenfeld"] == topic["id"]].drop(columns=["themenfeld"])
        if len(rows):
            _values_sheet(book, formats, _sheet_name(topic["title"], book), rows, decimals)
    _text_sheet(book, formats, "Definitionen", published.definitions(snapshot), 34)
    _text_sheet(book, formats, "Quellen", published.sources(snapshot), 34)
    _text_sheet(book, formats, "Zeichen", published.signs(snapshot), 46)
    book.close()


class _Formats:
    """The few cell formats of the workbook, made once."""

    def __init__(self, book: Any):
        base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        self.text = book.add_format(base)
        self.wrapped = book.add_format({**base, "text_wrap": True})
        self.head = book.add_format(
            {**base, "bold": True, "bottom": 2, "text_wrap": True, "bg_color": "#E0EFF1", "font_color": "#15242B"}
        )
        self.title = book.add_format({**base, "bold": True, "font_size": 16})
        self.bold = book.add_format({**base, "bold": True})
        self.sign = book.add_format({**base, "align": "right"})
        self.link = book.add_format({**base, "font_color": "#0A5568", "underline": 1})
        self._book, self._base = book, base
        self._numbers: dict[tuple[int, bool], Any] = {}

    def number(self, decimals: int, limited: bool) -> Any:
        """Format of a number; limited ones stand in brackets."""
        key = (decimals, limited)
        if key not in self._numbers:
            digits = "#,##0" + ("." + "0" * decimals if decimals else "")
            pattern = f"({digits});(\u2212{digits})" if limited else f"{digits};\u2212{digits}"
            self._numbers[key] = self._book.add_format({**self._base, "num_format": pattern})
        return self._numbers[key]


def _sheet_name(title: str, book: Any) -> str:
    name = "".join(c for c in title if c not in "[]:*?/\\")[:31].strip("' ")
    taken = {sheet.get_name().lower() for sheet in book.worksheets()}
    number = 2
    while name.lower() in taken:
        name = f"{name[:28]} {number}"
        number += 1
    return name


def _read_me(book: Any, formats: _Formats, snapshot: Snapshot) -> None:
    report, cycle = snapshot.meta["report"], snapshot.meta["cycle"]
    edition = Edition.model_validate(snapshot.meta["edition"])
    sheet = book.add_worksheet("Lies mich")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 96)
    sheet.write_string(0, 0, report["title"], formats.title)
    lines = [
        ("Hinweis", report["invented"]),
        ("Herausgeber", ", ".join(filter(None, (report["publisher"]["name"], report["publisher"]["unit"])))),
        ("Ausgabe", f"{edition.title}, Fassung {cycle['version']} vom {_date(cycle['published'])}"),
        ("Datenstand", f"Daten bis {_date(cycle['data_until'])}, Gebietsstand {cycle['territory']}"),
        ("Leserkreis", edition.notice),
        ("Lizenz", ", ".join(filter(None, (report["licence"], report["licence_url"])))),
        ("Namensnennung", f"{report['publisher']['name']}, {report['title']}"),
        ("Geheimhaltung", published.protection_of(edition, snapshot)),
        (
            "Aufbau",
            "Ein Blatt je Themenfeld, eine Zeile je Indikator, Gebiet und Jahr. Quelle und Fassung der Definition "
            "stehen in jeder Zeile.",
        ),
        (
            "Zeichen",
            "Steht statt einer Zahl ein Zeichen (. / x ...), so gibt es keinen Wert. Werte in Klammern sind "
            "eingeschränkt aussagekräftig. Alle Zeichen: Blatt „Zeichen“.",
        ),
        (
            "Intervall",
            "Untergrenze und Obergrenze bilden das 95-%-Intervall. Überlappen sich Intervalle, lassen sich die Werte "
            "oft nicht unterscheiden.",
        ),
    ]
    for row, (label, text) in enumerate((line for line in lines if line[1]), start=2):
        sheet.write_string(row, 0, label, formats.bold)
        sheet.write_string(row, 1, text, formats.wrapped)


def _values_sheet(book: Any, formats: _Formats, name: str, rows: pd.DataFrame, decimals: dict[str, int]) -> None:
    sheet = book.add_worksheet(name)
    columns = list(rows.columns)
    kinds = {field: kind for field, kind, _ in published.VALUE_FIELDS}
    shown = {"wert", "untergrenze", "obergrenze", "trend_aenderung"}
    sheet.set_row(0, 32)
    for position, column in enumerate(columns):
        sheet.write_string(0, position, column, formats.head)
        sheet.set_column(position, position, _WIDTHS.get(column, 13))
    sheet.freeze_panes(1, columns.index("gebiet") + 1)
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    lists = [rows[column].tolist() for column in columns]
    ids, status = rows["indikator"].tolist(), rows["zeichen"].tolist()
    for position, (column, cells) in enumerate(zip(columns, lists, strict=True)):
        numeric = kinds[column] in ("number", "integer")
        for row, value in enumerate(cells):
            if isinstance(value, str):
                sheet.write_string(row + 1, position, value, formats.sign if numeric else formats.text)
            elif column in ("jahr", "trend_seit"):
                sheet.write_number(row + 1, position, value)
            else:
                places = decimals[ids[row]] if column in shown else 0
                limited = column in shown and status[row] == "()"
                sheet.write_number(row + 1, position, value, formats.number(places, limited))


def _text_sheet(book: Any, formats: _Formats, name: str, frame: pd.DataFrame, width: int) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    for position, column in enumerate(frame.columns):
        sheet.write_string(0, position, column, formats.head)
        sheet.set_column(position, position, width if position else 24)
        for row, value in enumerate(frame[column].tolist()):
            sheet.write_string(row + 1, position, str(value), formats.wrapped)


def _date(value: str) -> str:
    day = dt.date.fromisoformat(str(value))
    return f"{day.day}.{day.month}.{day.year}"
