"""What every volume says about itself: title page, list of signs, imprint, footers.

The words are the report's parameters; here they become the data that ``reports/theme/report.typ`` and the Quarto
project's index page show.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sozlib.batch.plan import Volume
from sozlib.chapter.signs import OFFICIAL
from sozlib.edition import Edition
from sozlib.project import Project

_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)


def volume_data(
    project: Project, edition: Edition, volume: Volume, *, protection: str, motif: str | None = None
) -> dict[str, Any]:
    """Data of a volume's front matter.

    Parameters
    ----------
    project
        The report project.
    edition
        The edition that is built.
    volume
        The volume.
    protection
        How the edition protects small numbers, in sentences.
    motif
        Path of the cover's drawing within the PDF's folder.
    """
    report, cycle = project.report, project.cycle
    work = f"{report.title}, {report.whole.name}"
    name = f"Band {volume.number}: {volume.title}"
    about = volume.subtitle or report.subtitle
    state = (
        f"Daten bis {short_date(cycle.data_until)}, Fassung {cycle.version} vom {long_date(cycle.published)}. "
        f"{edition.title}."
    )
    return {
        "document-title": f"{work}, {name}",
        "author": author(project),
        "keywords": ["Sozialbericht", report.whole.name, volume.title, cycle.title],
        "description": " ".join(sentence(part) for part in (about, *notices(project, edition)) if part),
        "work": work,
        "owner": f"{report.whole.name} (erfundene Daten)" if report.invented else report.whole.name,
        "title-lines": _title_lines(report.title),
        "subtitle": report.subtitle,
        "volume": name,
        "volume-number": f"Band {volume.number}",
        "volume-title": volume.title,
        "volume-subtitle": volume.subtitle,
        "state": state,
        "publisher": author(project),
        "notices": notices(project, edition),
        "signs": [[sign.sign, sign.meaning] for sign in OFFICIAL.values()],
        "imprint": imprint(project, edition, volume, protection),
        "motif": motif,
        "whole-motif": volume.area is not None,
        "date": [cycle.published.year, cycle.published.month, cycle.published.day],
    }


def notices(project: Project, edition: Edition) -> list[str]:
    """Lines at the foot of every page."""
    return [line for line in (project.report.invented, edition.mark) if line]


def author(project: Project) -> str:
    """Publisher in one line."""
    publisher = project.report.publisher
    return ", ".join(part for part in (publisher.name, publisher.unit) if part)


def imprint(project: Project, edition: Edition, volume: Volume, protection: str) -> list[list[str]]:
    """Entries of the imprint, key and words; ``protection`` says how the edition protects small numbers."""
    report, cycle, publisher = project.report, project.cycle, project.report.publisher
    licence, address = report.licence_of(edition)
    reach = (publisher.address, publisher.phone, publisher.email, publisher.website)
    contact = ", ".join(part for part in (publisher.name, publisher.unit, *reach) if part)
    territory = f"; Gebietsstand {cycle.territory}" if cycle.territory else ""
    city = publisher.address.rpartition(" ")[2]
    cited = f"{publisher.name} ({cycle.published.year}): {report.title}, Band {volume.number}: {volume.title}."
    entries = [
        ["Herausgeber", contact],
        ["Verantwortlich", publisher.responsible],
        ["Fassung", f"{cycle.version} vom {long_date(cycle.published)}, {edition.title}"],
        ["Datenstand", f"{short_date(cycle.data_until)}{territory}"],
        ["Zitierweise", f"{cited} {city}." if city else cited],
        ["Lizenz", f"{licence} ({address})" if address else licence],
        ["Schriften", "Source Sans 3 und Source Serif 4 (SIL Open Font License 1.1)"],
        [
            "Barrierefreiheit",
            "Diese Datei ist nach PDF/UA-1 und PDF/A-2a gesetzt. Alle Abbildungen haben Alternativtexte; die Zahlen "
            "stehen zusätzlich als Tabellen in der Webfassung.",
        ],
        ["Geheimhaltung", protection],
        ["Hinweis", report.invented],
    ]
    return [entry for entry in entries if entry[1]]


def sentence(text: str) -> str:
    """Text with a full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def short_date(date: dt.date) -> str:
    """``31.12.2025``."""
    return f"{date.day}.{date.month}.{date.year}"


def long_date(date: dt.date) -> str:
    """``16. März 2026``."""
    return f"{date.day}. {_MONTHS[date.month - 1]} {date.year}"


def _title_lines(title: str) -> list[str]:
    """A year at the end of the title stands in its own line."""
    words = title.split()
    if len(words) > 1 and words[-1].isdigit():
        return [" ".join(words[:-1]), words[-1]]
    return [title]
