"""From report and areas to the plan: every chapter of every volume, checked before a kernel starts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sozlib.batch.plan import Plan, PlannedChapter, Volume
from sozlib.batch.templates import check_template
from sozlib.editions import edition_of
from sozlib.errors import Place, Problem, raise_errors
from sozlib.nearest import nearest
from sozlib.project import ChapterPlan, Project, Topic, VolumePlan

if TYPE_CHECKING:
    import pandas as pd

#: Id of the overall volume.
OVERALL = "ueberblick"

_REPORT = "parameters/report.yml"
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")


def make_plan(
    project: Project,
    areas: pd.DataFrame,
    edition: str,
    *,
    only_areas: Sequence[str] = (),
    only_topics: Sequence[str] = (),
) -> Plan:
    """Plan of one edition.

    Parameters
    ----------
    project
        The project; its report says which chapters a volume has.
    areas
        Areas of all levels with at least the columns id, name, level, slug and valid_to, in display order; those of
        the reporting level that still exist get a volume.
    edition
        Id of the edition.
    only_areas
        Ids or slugs of areas; ``ueberblick`` is the overall volume. Nothing means all volumes.
    only_topics
        Ids of topics: then only chapters about one of them. Nothing means all chapters.

    Raises
    ------
    InputError
        With all problems: unknown areas and topics (with the nearest known), missing templates, templates without
        parameters cell or with wrong parameters, file names given twice.
    """
    chosen = edition_of(project, edition)
    report = project.report
    level = areas[(areas["level"] == report.levels[0].id) & areas["valid_to"].isna()]
    rows: list[dict[str, Any]] = [{str(key): value for key, value in row.items()} for row in level.to_dict("records")]
    if chosen.own and chosen.volumes == "own":
        rows = [row for row in rows if row["id"] in chosen.own]
    problems = _unknown_areas(rows, only_areas) + _unknown(
        "topic", "Themenfeld", "--topics", only_topics, {t.id: t.title for t in report.topics}
    )
    if not rows:
        found = f"Auf der Berichtsebene „{report.levels[0].id}“ gibt es keine Gebiete."
        remedy = "Prüfen Sie „levels“ in report.yml und die Spalte „level“."
        problems.append(Problem("no-areas", found, remedy, Place(report.areas.table)))
    raise_errors(problems)

    wanted = set(only_areas)
    topics = frozenset(only_topics)
    volumes = []
    if not wanted or OVERALL in wanted:
        volumes.append(_volume(project, report.volumes.overall, None, 1, topics, problems))
    for number, row in enumerate(rows, 2):
        if not wanted or wanted & {row["id"], row["slug"]}:
            volumes.append(_volume(project, report.volumes.area, row, number, topics, problems))
    volumes = [volume for volume in volumes if volume.chapters]
    problems += _twice([volume.id for volume in volumes], "Der Band „{}“ kommt doppelt vor.", report.areas.table)
    for template in sorted({chapter.template for volume in volumes for chapter in volume.chapters}):
        problems += check_template(template, project.root)
    raise_errors(dict.fromkeys(problems))
    return Plan(project.cycle.id, edition, tuple(volumes))


def _volume(
    project: Project,
    pattern: VolumePlan,
    area: dict[str, Any] | None,
    number: int,
    topics: frozenset[str],
    problems: list[Problem],
) -> Volume:
    names = {"area": str(area["name"])} if area else {}
    volume_id = str(area["slug"]) if area else OVERALL
    if not _SLUG.fullmatch(volume_id):
        found = f"Der Kurzname „{volume_id}“ taugt nicht als Ordnername."
        problems.append(Problem("bad-slug", found, "Kleinbuchstaben, Ziffern und - verwenden."))
    area_id = str(area["id"]) if area else None
    chapters: list[PlannedChapter] = []
    for entry in pattern.chapters:
        chapters += _chapters(project, entry, volume_id, area_id, names, topics, problems)
    problems += _twice(
        [chapter.slug for chapter in chapters],
        "Zwei Kapitel eines Bandes bekämen die Datei „{}“; geben Sie ihnen einen „slug“.",
        _REPORT,
    )
    return Volume(
        volume_id,
        number,
        "area" if area else "overall",
        _fill(pattern.title, names, problems),
        _fill(pattern.subtitle, names, problems),
        tuple(chapters),
        area_id,
    )


def _chapters(
    project: Project,
    entry: ChapterPlan,
    volume: str,
    area: str | None,
    names: Mapping[str, str],
    topics: frozenset[str],
    problems: list[Problem],
) -> list[PlannedChapter]:
    each: Sequence[Topic | None] = (None,)
    if entry.for_each == "topic":
        each = [topic for topic in project.report.topics if not entry.topics or topic.id in entry.topics]
    chapters = []
    for topic in each:
        if topics and (topic is None or topic.id not in topics):
            continue
        words = dict(names) | ({"topic": topic.id, "topic_title": topic.title} if topic else {})
        template = _fill(entry.template, words, problems)
        slug = _fill(entry.slug, words, problems) or template.rsplit("/", 1)[-1]
        if ".." in template.split("/") or template.startswith("/"):
            found = f"Die Vorlage „{template}“ liegt außerhalb von notebooks/."
            problems.append(Problem("template-outside", found, "Legen Sie sie in notebooks/.", Place(_REPORT)))
            continue
        path = project.template(template)
        if not _SLUG.fullmatch(slug):
            found = f"Der Dateiname „{slug}“ ist nicht erlaubt."
            problems.append(Problem("bad-slug", found, "Kleinbuchstaben, Ziffern, - und _ verwenden.", Place(_REPORT)))
        title = _fill(entry.title, words, problems)
        chapters.append(PlannedChapter(volume, slug, path, title, area, topic.id if topic else None))
    return chapters


def _fill(pattern: str, words: Mapping[str, str], problems: list[Problem]) -> str:
    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in words:
            known = ", ".join(f"{{{word}}}" for word in words) or "keine"
            found = f"„{pattern}“: der Platzhalter {{{name}}} ist hier nicht bekannt."
            remedy = f"Hier bekannt: {known}. {{topic}} und {{topic_title}} brauchen „for_each: topic“."
            problem = Problem("unknown-placeholder", found, remedy, Place(_REPORT))
            if problem not in problems:
                problems.append(problem)
            return ""
        return words[name]

    return re.sub(r"\{([^{}]*)\}", replace, pattern)


def _twice(ids: Sequence[str], found: str, file: str) -> list[Problem]:
    return [Problem("twice", found.format(name), "", Place(file)) for name, count in Counter(ids).items() if count > 1]


def _unknown_areas(rows: Sequence[dict[str, Any]], wanted: Sequence[str]) -> list[Problem]:
    known = {OVERALL: "Überblick"}
    for row in rows:
        known[str(row["id"])] = known[str(row["slug"])] = str(row["name"])
    return _unknown("area", "Gebiet", "--areas", wanted, known)


def _unknown(code: str, what: str, option: str, wanted: Sequence[str], known: Mapping[str, str]) -> list[Problem]:
    problems = []
    for name in wanted:
        if name in known:
            continue
        titles = {title: key for key, title in known.items()}
        near = nearest(name, [*known, *titles], cutoff=0.5)
        if near:
            key = titles.get(near, near)
            remedy = f"Meinten Sie „{key}“ ({known[key]})?"
        else:
            remedy = f"Bekannt sind: {', '.join(known)}."
        found = f"{what} „{name}“ ist nicht bekannt."
        problems.append(Problem(f"unknown-{code}", found, remedy, Place(option)))
    return problems
