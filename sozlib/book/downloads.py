"""The folder ``daten/``: what readers may download and go on working with.

CSV for each topic and for everything, a workbook, the outlines, and a Frictionless ``datapackage.json`` that tells
programs how to read them. Only the edition's snapshot is read, so nothing that it protects can get out here.

References
----------
Frictionless Data Package, https://specs.frictionlessdata.io/data-package/ (profile ``tabular-data-package``).
RFC 7946, The GeoJSON Format.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sozlib.book import published
from sozlib.book.shelf import Shelf
from sozlib.book.workbook import write_workbook
from sozlib.edition import Edition
from sozlib.indicators.rounding import bases_told, note
from sozlib.snapshot import CLASSES, WITHOUT_VALUE, Snapshot

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "daten"

#: Excel opens UTF-8 with umlauts right only when the file starts with a byte order mark.
_BOM = "\ufeff"
_DIALECT = {
    "delimiter": ";",
    "lineTerminator": "\r\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "header": True,
    "skipInitialSpace": False,
    "caseSensitiveHeader": True,
}


@dataclass(frozen=True)
class Download:
    """One file for readers.

    Parameters
    ----------
    path
        Relative to the site's root, with forward slashes.
    title
        What it holds.
    format
        Name of the format as readers know it.
    bytes
        Its size.
    """

    path: str
    title: str
    format: str
    bytes: int


def write_downloads(snapshot: Snapshot, target: Path) -> tuple[Download, ...]:
    """Write ``daten/`` below ``target``.

    Parameters
    ----------
    snapshot
        The edition.
    target
        Root of the site.

    Returns
    -------
    tuple of Download
        In the order in which readers should see them.
    """
    folder = target / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    report = snapshot.meta["report"]
    values = published.values(snapshot)
    years = f"{values['jahr'].min()} bis {values['jahr'].max()}" if len(values) else ""
    plural = report["terms"]["plural_dative"]

    workbook = folder / "indikatoren.xlsx"
    write_workbook(snapshot, values, workbook)
    found = [
        _download(workbook, f"Alle Indikatoren nach {plural}, {years}", "Excel", target),
    ]
    resources = []
    told = set(values["zeichen"])
    missing = sorted(status for status in WITHOUT_VALUE if status in told or status not in CLASSES)
    everything = _csv(values, folder / "indikatoren.csv")
    found.append(_download(everything, f"Alle Indikatoren nach {plural}, {years}", "CSV", target))
    resources.append(_values_resource(everything, "indikatoren", "Alle Indikatoren", missing))
    for topic in report["topics"]:
        rows = values[values["themenfeld"] == topic["id"]]
        if not len(rows):
            continue
        path = _csv(rows, folder / f"{topic['id']}.csv")
        found.append(_download(path, topic["title"], "CSV", target))
        resources.append(_values_resource(path, topic["id"], topic["title"], missing))

    registers: tuple[tuple[str, str, pd.DataFrame], ...] = (
        ("gebiete", "Gebiete aller Ebenen", published.areas(snapshot)),
        ("definitionen", "Definitionen der Indikatoren", published.definitions(snapshot)),
        ("quellen", "Quellen", published.sources(snapshot)),
        ("zeichen", "Zeichenerklärung", published.signs(snapshot)),
    )
    for name, title, frame in registers:
        path = _csv(frame, folder / f"{name}.csv")
        found.append(_download(path, title, "CSV", target))
        resources.append(_register_resource(path, name, title, frame))

    outlines = _outlines(snapshot, folder / "grenzen.geojson")
    if outlines is not None:
        found.append(_download(outlines, f"Grenzen der {report['terms']['plural']}", "GeoJSON", target))
        resources.append(
            {
                "name": "grenzen",
                "title": f"Grenzen der {report['terms']['plural']}",
                "profile": "data-resource",
                "format": "geojson",
                "mediatype": "application/geo+json",
                **_identity(outlines),
            }
        )
    package = folder / "datapackage.json"
    package.write_text(_json(_descriptor(snapshot, resources)), encoding="utf-8")
    found.append(_download(package, "Beschreibung aller Datendateien", "Data Package", target))
    return tuple(found)


def shelved(snapshot: Snapshot, shelf: Shelf, program: str) -> tuple[Download, ...]:
    """Downloads of an edition as they lie on the shelf under ``downloads``, made where they are not there yet.

    Parameters
    ----------
    snapshot
        The edition.
    shelf
        Where the last build's lie.
    program
        Digest of the program, part of their key.
    """
    key = [snapshot.digest, program]
    about = shelf.take("downloads", key)
    if about is None:
        about = [asdict(download) for download in write_downloads(snapshot, shelf.clear("downloads"))]
        shelf.put("downloads", key, about)
    return tuple(Download(**download) for download in about)


def _download(path: Path, title: str, kind: str, target: Path) -> Download:
    return Download(path.relative_to(target).as_posix(), title, kind, path.stat().st_size)


def _csv(frame: pd.DataFrame, path: Path) -> Path:
    text = frame.map(_cell).to_csv(index=False, sep=";", lineterminator="\r\n")
    path.write_bytes((_BOM + text).encode("utf-8"))
    return path


def _cell(value: Any) -> str:
    """Cell of a CSV file: decimal comma, no thousands separators; text as it is; nothing for nothing."""
    if isinstance(value, str):
        # A spreadsheet must not run text as a formula. Numbers never come here, signs are single characters.
        return "'" + value if len(value) > 1 and value[0] in "=+-@\t\r\n" else value
    if is_missing(value):
        return ""
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(number).replace(".", ",")


def is_missing(value: Any) -> bool:
    """Whether a cell of a frame holds nothing."""
    import pandas as pd

    return value is None or bool(pd.isna(value))


def _outlines(snapshot: Snapshot, path: Path) -> Path | None:
    geometry = snapshot.geometry
    if geometry is None:
        return None
    import shapely

    report = snapshot.meta["report"]
    areas = snapshot.areas.set_index("id")
    shapes = shapely.set_precision(geometry.to_crs(4326).geometry.values, 1e-6)
    features = []
    for area, shape in zip(geometry["id"], shapes, strict=True):
        entry = areas.loc[area]
        number = entry["number"]
        features.append(
            {
                "type": "Feature",
                "id": area,
                "properties": {
                    "id": area,
                    "name": entry["name"],
                    "nummer": None if is_missing(number) else int(number),
                    "gehoert_zu": entry["parent"],
                },
                "geometry": json.loads(shapely.to_geojson(shapely.orient_polygons(shape))),
            }
        )
    collection = {
        "type": "FeatureCollection",
        "title": f"Grenzen der {report['terms']['plural']}, {report['whole']['name']}",
        "source": report["areas"]["source"],
        "license": report["areas"]["licence"] or report["licence"],
        "note": " ".join(filter(None, (Edition.model_validate(snapshot.meta["edition"]).mark, report["invented"]))),
        "features": features,
    }
    path.write_text(json.dumps(collection, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return path


def _descriptor(snapshot: Snapshot, resources: Iterable[dict[str, Any]]) -> dict[str, Any]:
    report, cycle, edition = (snapshot.meta[key] for key in ("report", "cycle", "edition"))
    publisher = report["publisher"]
    described = " ".join(
        filter(
            None,
            (
                f"Indikatoren des Berichts „{report['title']}“, {edition['title']}.",
                report["invented"],
                edition["notice"],
                "Semikolon als Trenner, Dezimalkomma, UTF-8. Ein Zeichen (. / x ...) an Stelle einer Zahl heißt: "
                "Es gibt keinen Wert; die Bedeutung steht in zeichen.csv.",
                note(bases_told(snapshot.meta.get("rounding"))),
            ),
        )
    )
    return {
        "profile": "data-package",
        "name": f"sozialbericht-{cycle['id']}-{edition['id']}".lower(),
        "title": f"{report['title']}, {report['whole']['name']}",
        "description": described,
        "version": str(cycle["version"]),
        "created": f"{cycle['published']}T00:00:00Z",
        "keywords": ["Sozialbericht", "Sozialplanung", report["whole"]["name"]],
        "licenses": [
            {
                "name": _licence_name(report),
                "title": report["licence"],
                **({"path": report["licence_url"]} if report["licence_url"] else {}),
            }
        ],
        "contributors": [
            {
                "title": publisher["name"],
                "role": "publisher",
                **({"email": publisher["email"]} if publisher["email"] else {}),
            }
        ],
        "sources": [
            {"title": source.get("citation") or source.get("title") or source["id"]}
            for source in snapshot.meta["sources"]
        ],
        "resources": list(resources),
    }


def _licence_name(report: dict[str, Any]) -> str:
    if not report["licence_url"]:
        return "none"
    return "dl-de-by-2.0" if "govdata.de/dl-de/by-2-0" in report["licence_url"] else "other-open"


def _values_resource(path: Path, name: str, title: str, missing: Iterable[str]) -> dict[str, Any]:
    fields = []
    for field, kind, meaning in published.VALUE_FIELDS:
        entry: dict[str, Any] = {"name": field, "type": kind, "title": meaning}
        if kind == "number":
            entry["decimalChar"] = ","
        if field in ("themenfeld", "indikator", "gebiet_id", "jahr"):
            entry["constraints"] = {"required": True}
        fields.append(entry)
    schema = {
        "fields": fields,
        "primaryKey": ["indikator", "gebiet_id", "jahr"],
        "missingValues": ["", *missing],
        "foreignKeys": [
            {"fields": "indikator", "reference": {"resource": "definitionen", "fields": "indikator"}},
            {"fields": "gebiet_id", "reference": {"resource": "gebiete", "fields": "gebiet_id"}},
        ],
    }
    return _tabular(path, name, title, schema)


def _register_resource(path: Path, name: str, title: str, frame: pd.DataFrame) -> dict[str, Any]:
    numbers = {"nummer": "integer", "flaeche_km2": "number"}
    fields: list[dict[str, Any]] = [{"name": column, "type": numbers.get(column, "string")} for column in frame.columns]
    for entry in fields:
        if entry["type"] == "number":
            entry["decimalChar"] = ","
    return _tabular(path, name, title, {"fields": fields, "primaryKey": [frame.columns[0]], "missingValues": [""]})


def _tabular(path: Path, name: str, title: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name.lower(),
        "title": title,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": _DIALECT,
        "schema": schema,
        **_identity(path),
    }


def _identity(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"path": path.name, "bytes": len(content), "hash": "sha256:" + hashlib.sha256(content).hexdigest()}


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
