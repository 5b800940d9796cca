"""The tables that leave the house as data: one row a value, in German words, taken from one edition's snapshot alone.

CSV, workbook and data package are three forms of these frames. A value that is protected, unreliable or missing keeps
its official sign in every column that follows from it; a column that cannot have a value (the rank of the district,
the interval of a count) carries "x".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sozlib.chapter.readings import measures_of
from sozlib.chapter.signs import OFFICIAL, SIGNS
from sozlib.disclosure.told import amounts_note
from sozlib.edition import Edition
from sozlib.indicators.rounding import bases_told, note
from sozlib.snapshot import WITHOUT_VALUE, Snapshot

if TYPE_CHECKING:
    import pandas as pd

#: Columns of a table of values: name, type, meaning. The type is that of a Frictionless field.
VALUE_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("themenfeld", "string", "Kennung des Themenfelds"),
    ("indikator", "string", "Kennung des Indikators; Definition in definitionen.csv"),
    ("titel", "string", "Kurzer Name des Indikators"),
    ("gebiet_id", "string", "Kennung des Gebiets, führende Nullen gehören dazu"),
    ("gebiet", "string", "Name des Gebiets"),
    ("ebene", "string", "Ebene des Gebiets"),
    ("jahr", "integer", "Berichtsjahr"),
    ("wert", "number", "Wert in der Einheit des Indikators, gerundet wie im Bericht"),
    ("einheit", "string", "Einheit des Werts"),
    ("untergrenze", "number", "Untere Grenze des 95-%-Intervalls"),
    ("obergrenze", "number", "Obere Grenze des 95-%-Intervalls"),
    ("zaehler", "number", "Zähler"),
    ("nenner", "number", "Nenner"),
    ("zeichen", "string", "Zeichen nach DIN 55301, leer beim gewöhnlichen Wert; Bedeutung in zeichen.csv"),
    ("gegenueber_gesamt", "string", "Lage zum Wert des Gesamtgebiets, statistisch geprüft"),
    ("rang", "integer", "Rang unter den Gebieten der Berichtsebene, 1 = höchster Wert"),
    ("trend", "string", "Richtung der Veränderung, statistisch geprüft"),
    ("trend_seit", "integer", "Erstes Jahr des geprüften Zeitraums"),
    ("trend_aenderung", "number", "Veränderung im geprüften Zeitraum in der Einheit des Indikators"),
    ("definition_fassung", "string", "Fassung der Definition"),
    ("quelle", "string", "Quelle der Ausgangsdaten"),
    ("lizenz", "string", "Lizenz dieser Datei, oder für wen sie bestimmt ist"),
)

_VERSUS = {"above": "höher", "below": "niedriger", "same": "nicht unterscheidbar"}
_TREND = {"rising": "steigend", "falling": "sinkend", "none": "nicht gesichert"}
_KINDS = {
    "proportion": "Anteil",
    "rate": "Rate",
    "ratio": "Verhältnis",
    "mean": "Mittelwert",
    "change": "Veränderung",
    "count": "Anzahl",
}
_DIRECTIONS = {
    "burdening": "niedriger gilt als günstiger",
    "relieving": "höher gilt als günstiger",
    "neutral": "ohne Wertung",
}


def values(snapshot: Snapshot) -> pd.DataFrame:
    """All values of the edition, columns of :data:`VALUE_FIELDS`; a cell without a number holds its sign as text.

    Rows are ordered by catalogue, area and year.
    """
    import pandas as pd

    report = snapshot.meta["report"]
    catalogue = pd.DataFrame(
        {
            "indicator": entry["id"],
            "themenfeld": entry["topic"],
            "titel": entry["short_title"],
            "einheit": entry["unit"],
            "decimals": int(entry["decimals"]),
            "definition_fassung": entry["version"],
            "quelle": entry["source"],
            "order": position,
        }
        for position, entry in enumerate(snapshot.meta["catalogue"])
    )
    levels = {level["id"]: level["singular"] for level in report["levels"]}
    areas = snapshot.areas[["id", "name", "level"]].rename(columns={"id": "area", "name": "gebiet"})
    areas = areas.assign(ebene=areas["level"].map(levels), place=range(len(areas)))
    rows = snapshot.indicators.merge(catalogue, on="indicator").merge(areas, on="area")
    rows = rows.sort_values(["order", "place", "period"], kind="stable", ignore_index=True)
    sign = rows["status"].where(rows["status"].isin(list(WITHOUT_VALUE)), "x")

    def number(column: str, decimals: pd.Series | int) -> pd.Series:
        return _with_sign(_round(rows[column], decimals), sign)

    frame = pd.DataFrame(
        {
            "themenfeld": rows["themenfeld"],
            "indikator": rows["indicator"],
            "titel": rows["titel"],
            "gebiet_id": rows["area"],
            "gebiet": rows["gebiet"],
            "ebene": rows["ebene"],
            "jahr": rows["period"].astype(int),
            "wert": number("value", rows["decimals"]),
            "einheit": rows["einheit"],
            "untergrenze": number("lower", rows["decimals"]),
            "obergrenze": number("upper", rows["decimals"]),
            "zaehler": number("numerator", 2),
            "nenner": number("denominator", 2),
            "zeichen": rows["status"],
            "gegenueber_gesamt": _with_sign(rows["versus_whole"].map(_VERSUS), sign),
            "rang": _with_sign(rows["rank"], sign),
            "trend": _with_sign(rows["trend"].map(_TREND), sign),
            "trend_seit": _with_sign(rows["trend_from"], sign),
            "trend_aenderung": number("trend_change", rows["decimals"]),
            "definition_fassung": rows["definition_fassung"],
            "quelle": rows["quelle"],
            "lizenz": _use(snapshot),
        }
    )
    return frame[[name for name, _, _ in VALUE_FIELDS]]


def protection_of(edition: Edition, snapshot: Snapshot) -> str:
    """What an edition protects and how, in sentences for readers."""
    amounts = amounts_note(snapshot.meta["sources"]) if edition.protects else ""
    return " ".join(filter(None, (edition.protection, amounts, note(bases_told(snapshot.meta.get("rounding"))))))


def _use(snapshot: Snapshot) -> str:
    """Who may use a file, in each of its rows, so that it stays with them: the licence, or for whom the edition is."""
    edition = Edition.model_validate(snapshot.meta["edition"])
    return str(snapshot.meta["report"]["licence"]) if edition.public else edition.mark


def areas(snapshot: Snapshot) -> pd.DataFrame:
    """Areas of all levels with number, parent and surface."""
    levels = {level["id"]: level["singular"] for level in snapshot.meta["report"]["levels"]}
    source = snapshot.areas
    return source.assign(level=source["level"].map(levels), km2=_round(source["km2"], 2))[
        ["id", "name", "number", "level", "parent", "km2"]
    ].rename(
        columns={
            "id": "gebiet_id",
            "name": "gebiet",
            "number": "nummer",
            "level": "ebene",
            "parent": "gehoert_zu",
            "km2": "flaeche_km2",
        }
    )


def definitions(snapshot: Snapshot) -> pd.DataFrame:
    """The catalogue in words, one row an indicator."""
    import pandas as pd

    topics = {topic["id"]: topic["title"] for topic in snapshot.meta["report"]["topics"]}
    rounding = snapshot.meta.get("rounding")
    return pd.DataFrame(
        [
            {
                "indikator": entry["id"],
                "titel": entry["title"],
                "themenfeld": topics.get(entry["topic"], entry["topic"]),
                "art": _KINDS.get(entry["kind"], entry["kind"]),
                "einheit": entry["unit"],
                "zaehler": entry["numerator_text"],
                "nenner": entry.get("denominator_text", ""),
                "richtung": _DIRECTIONS.get(entry["direction"], entry["direction"]),
                "stichtag": entry["as_of"],
                "rechtsgrundlage": entry.get("legal_basis", ""),
                "deutung": entry.get("interpretation", ""),
                "hinweise": entry.get("caveats", ""),
                "brueche": "; ".join(f"ab {b['period']}: {b['text']}" for b in entry.get("breaks", [])),
                "quelle": entry["source"],
                "definition_fassung": entry["version"],
                **({"gerundet_auf": _bases(rounding, entry)} if rounding else {}),
            }
            for entry in snapshot.meta["catalogue"]
        ]
    )


def _bases(rounding: Mapping[str, Mapping[str, int]], entry: Mapping[str, Any]) -> str:
    """Multiples of what the counts behind an indicator are, "" where they are exact."""
    return " oder ".join(str(base) for base in bases_told(rounding, frozenset(measures_of(entry))))


def sources(snapshot: Snapshot) -> pd.DataFrame:
    """The sources that the edition's figures rest on."""
    import pandas as pd

    names = {
        "id": "quelle_id",
        "title": "titel",
        "publisher": "herausgeber",
        "as_of": "stichtag",
        "licence": "lizenz",
        "citation": "zitat",
    }
    rows: list[dict[str, Any]] = [
        {german: source.get(key) or "" for key, german in names.items()} for source in snapshot.meta["sources"]
    ]
    return pd.DataFrame(rows, columns=list(names.values()))


def signs(snapshot: Snapshot) -> pd.DataFrame:
    """Legend of the signs as they stand in the column ``zeichen``: the official ones, and classes where they occur."""
    import pandas as pd

    told = {*OFFICIAL, *snapshot.indicators["status"]}
    rows = [(status, sign) for status, sign in SIGNS.items() if status in told]
    return pd.DataFrame(
        [{"zeichen": status, "im_bericht": sign.sign, "bedeutung": sign.meaning} for status, sign in rows]
    )


def _round(numbers: pd.Series, decimals: pd.Series | int) -> pd.Series:
    """Round half up, as the report does; the decimals may differ from row to row."""
    import numpy as np
    import pandas as pd

    raw = numbers.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    factor = np.power(10.0, np.asarray(decimals, dtype=float))
    # The nudge undoes binary representation (2,675 is stored a little below), far below any published decimal.
    rounded = np.sign(raw) * np.floor(np.abs(raw) * factor + 0.5 + 1e-9) / factor
    return pd.Series(rounded + 0.0, index=numbers.index)


def _with_sign(column: pd.Series, sign: pd.Series) -> pd.Series:
    missing = column.isna()
    return column.astype(object).where(~missing, sign)
