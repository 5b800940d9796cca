"""A small invented snapshot: four areas, one indicator for each situation that a text or table must cope with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from sozlib.snapshot import INDICATOR_COLUMNS, Snapshot, write_snapshot

TOKENS = Path(__file__).parents[2] / "reports" / "theme" / "tokens.css"
AREAS = {"0101": "Brackenrode", "0102": "Altstadt", "0103": "Westliche Höhe", "0104": "Bad Quellingen"}
WHOLE = "00"

#: Statuses and values of the area 0101 in each situation: {period: (value, status)}, versus, trend.
SITUATIONS: dict[str, dict[str, Any]] = {
    "above-rising": {"own": {2020: 12.0, 2025: 18.5}, "versus": "above", "trend": "rising"},
    "below-falling": {"own": {2020: 14.0, 2025: 9.1}, "versus": "below", "trend": "falling"},
    "same-none": {"own": {2020: 14.6, 2025: 14.9}, "versus": "same", "trend": "none"},
    "equal": {"own": {2020: 14.0, 2025: 14.1}, "versus": "same", "trend": "none"},
    "above-slightly": {"own": {2020: 14.5, 2025: 15.0}, "versus": "above", "trend": "none"},
    "limited": {"own": {2020: 14.0, 2025: 12.3}, "versus": "same", "trend": "none", "status": {2025: "()"}},
    "protected-now": {"own": {2019: 13.0, 2020: 14.0, 2025: None}, "status": {2025: "."}},
    "protected-long": {"own": {2023: None, 2024: None, 2025: None}, "status": {2023: ".", 2024: ".", 2025: "."}},
    "protected-before": {"own": {2019: 10.0, 2020: None, 2021: None, 2025: 12.0}, "versus": "same", "trend": "none"},
    "unreliable": {"own": {2020: 8.0, 2025: None}, "status": {2025: "/"}},
    "later": {"own": {2020: 8.0, 2025: None}, "status": {2025: "..."}},
    "senseless": {"own": {2020: None, 2025: None}, "status": {2020: "x", 2025: "x"}},
    "nothing": {"own": {2020: 2.0, 2025: 0.0}, "status": {2025: "–"}, "versus": None, "trend": None},
    "tiny": {"own": {2020: 2.0, 2025: 0.0}, "status": {2025: "0"}, "versus": None, "trend": None},
    "single-year": {"own": {2025: 14.9}, "versus": "same", "trend": None},
    "biennial": {"own": {2019: 12.0, 2021: 13.0, 2023: 16.0}, "versus": "above", "trend": None},
    "untested": {"own": {2020: 12.0, 2025: 13.0}, "versus": None, "trend": None, "interval": False},
    "no-data": {"own": {}},
}

#: What the other areas and the whole have in every period of a situation.
OTHERS = {"0102": 21.0, "0103": 11.2, "0104": 6.0}
WHOLE_VALUE = 14.1


def entry(id: str, **fields: Any) -> dict[str, Any]:
    """Entry of a catalogue."""
    usual = {
        "id": id,
        "title": f"Menschen mit Merkmal {id}",
        "short_title": f"Merkmal {id}",
        "topic": "armut",
        "kind": "proportion",
        "per": 100,
        "unit": "%",
        "decimals": 1,
        "direction": "burdening",
        "numerator_text": "Menschen, die am 31.12. gezählt werden",
        "denominator_text": "Einwohnerinnen und Einwohner am 31.12.",
        "source": "Statistik der Bundesagentur für Arbeit; Einwohnermelderegister",
        "as_of": "31.12.",
        "legal_basis": "§ 53 SGB II",
        "interpretation": "Zeigt etwas",
        "caveats": "",
        "breaks": [],
        "minimum_denominator": 30,
        "version": "1.0",
    }
    return {**usual, **fields}


def snapshot(folder: Path) -> Snapshot:
    """Write the snapshot with one indicator for each of :data:`SITUATIONS`."""
    rows: list[dict[str, Any]] = []
    for id, situation in SITUATIONS.items():
        rows += _rows(id, situation)
    catalogue = [entry(id) for id in SITUATIONS]
    catalogue[0] |= {
        "sentence": "erhalten {ort} {wert} der Menschen Leistungen nach dem SGB II",
        "each": "jeder Mensch",
        "breaks": [{"period": 2022, "text": "Zensus 2022: neue Basis"}],
    }
    catalogue[1] |= {"kind": "rate", "per": 1000, "unit": "je 1.000", "direction": "relieving", "as_of": "Kalenderjahr"}
    catalogue[2] |= {"kind": "mean", "per": 1, "unit": "Jahre", "direction": "neutral", "as_of": "1.3."}
    areas = [_area(id, name, number, "area", "01") for number, (id, name) in enumerate(AREAS.items(), 1)] + [
        _area("01", "Region West", None, "region", WHOLE),
        _area(WHOLE, "Musterkreis", None, "district", None),
    ]
    population = [
        {"area": area, "period": 2025, "sex": sex, "age_from": age, "age_to": age + 4 if age < 90 else None,
         "value": 40 + age % 7, "status": ""}
        for area in (*AREAS, WHOLE) for sex in ("m", "f") for age in range(0, 95, 5)
    ] + [
        {"area": area, "period": 2025, "sex": "", "age_from": 0, "age_to": None, "value": 1634, "status": ""}
        for area in (*AREAS, WHOLE)
    ]  # fmt: skip
    return write_snapshot(
        folder,
        meta={
            "edition": {"id": "public", "title": "Öffentliche Ausgabe", "minimum_count": 3, "notice": ""},
            "cycle": {"id": "2026", "version": "1.0", "published": "2026-03-16", "data_until": "2025-12-31",
                      "territory": "1.1.2026", "changes": ["Erste Fassung."], "trend_years": 5},
            "report": REPORT,
            "catalogue": catalogue,
            "sources": [{"id": "ba", "title": "Statistik", "publisher": "Bundesagentur für Arbeit", "as_of": "31.12."}],
        },
        areas=pd.DataFrame(areas).astype({"number": "Int64"}),
        indicators=pd.DataFrame(rows).astype({"rank": "Int64", "ranked": "Int64", "trend_from": "Int64"}),
        population=pd.DataFrame(population).astype({"age_to": "Int64"}),
        geometry=None,
        tokens=TOKENS,
    )  # fmt: skip


REPORT: dict[str, Any] = {
    "title": "Sozialbericht 2026",
    "invented": "Alles ist erfunden.",
    "whole": {
        "id": WHOLE, "name": "Musterkreis", "kind": "Kreis", "article": "der", "locative": "im Musterkreis",
        "kind_locative": "im Kreis", "kind_genitive": "des Kreises",
    },
    "terms": {"singular": "Raum", "plural": "Räume", "plural_dative": "Räumen", "gender": "m"},
    "levels": [{"id": level, "singular": level, "plural": level} for level in ("area", "region", "district")],
    "topics": [{"id": "armut", "title": "Armut und Transferleistungen"}],
    "key_indicators": ["above-rising", "below-falling", "protected-now"],
}  # fmt: skip


def _area(id: str, name: str, number: int | None, level: str, parent: str | None) -> dict[str, Any]:
    return {"id": id, "name": name, "short_name": name, "number": number, "level": level, "parent": parent,
            "valid_from": None, "valid_to": None, "slug": name.lower().replace(" ", "-"), "km2": 10.0}  # fmt: skip


def _rows(id: str, situation: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    periods = list(situation["own"])
    for period, own in situation["own"].items():
        last = period == periods[-1]
        status = situation.get("status", {}).get(period, "" if own is not None else ".")
        facts = {"versus_whole": situation.get("versus"), "trend": situation.get("trend")} if last else {}
        first = situation["own"][periods[0]]
        if facts.get("trend"):
            facts |= {"trend_from": periods[0], "trend_change": own - first}
        rows.append(_row(id, "0101", period, own, status, situation.get("interval", True), **facts))
        rows += [_row(id, area, period, value, "", True) for area, value in OTHERS.items()]
        trend = {"trend": "none", "trend_from": periods[0], "trend_change": -0.2} if last and len(periods) > 1 else {}
        rows.append(_row(id, WHOLE, period, WHOLE_VALUE, "", True, **trend))
    return rows


def _row(id: str, area: str, period: int, value: float | None, status: str, interval: bool, **facts: Any) -> Any:
    known = value is not None and status in ("", "()")
    row: dict[str, Any] = dict.fromkeys(INDICATOR_COLUMNS)
    row |= {"indicator": id, "area": area, "period": period, "status": status, "value": value, "tied": False,
            "whole_value": WHOLE_VALUE}  # fmt: skip
    if known and value is not None:
        row |= {"numerator": round(value * 10), "denominator": 1000}
        row |= {"lower": value - 1.5, "upper": value + 1.5} if interval else {}
    return row | facts
