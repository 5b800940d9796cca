"""The box in an area's profile: its class, how sure that is, since when, what drives it, which areas are like it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from sozlib.chapter import german, markdown, numbers
from sozlib.chapter.addresses import overall_address, profile_address
from sozlib.chapter.areatypes import similar, type_text
from sozlib.chapter.audited import audited
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.monitor import changes, definition, indicators
from sozlib.chapter.standing import DYNAMICS, STATUS, Standing, history, standings
from sozlib.chapter.statusmap import CELLS

#: Contributions smaller than this, in standard deviations, drive nothing.
_NOTICEABLE = 0.1


def placement(context: Context) -> Part | None:
    """Box for the chapter's area; None without a monitor or in overall chapters."""
    if context.area is None:
        return None
    standing = standings(context).get(context.area.id)
    if standing is None:
        return None
    certain, driven, since = (
        _certainty_text(context, standing),
        _driver_text(context, standing),
        _since_text(standing, history(context, context.area.id)),
    )
    kind = type_text(context)
    sections = (
        (
            "Status und Dynamik",
            _headline(standing),
            _p(_lacking(standing)) + _mini(standing) + _p(since) + _link(context),
        ),
        ("Sicherheit der Einstufung", standing.certainty, _shares(standing) + _p(certain)),
        ("Was die Einstufung bestimmt", "", _bars(context, standing) + _p(driven) + _type(context, kind)),
    )
    values = [f'<p class="value">{value}</p>' if value else "" for _, value, _ in sections]
    inner = "".join(
        f"<div><h3>{title}</h3>{value}{body}</div>" for (title, _, body), value in zip(sections, values, strict=True)
    )
    shown = f'<section class="placement" aria-label="Einordnung"><h2>Einordnung</h2><div class="three">{inner}</div>'
    shown += "</section>"
    paragraphs = (
        f"{_class_text(standing)} {since}",
        certain,
        driven,
        f"Raumtyp: {kind}" if kind else "",
    )
    texts = [markdown.plain(text.strip()) for text in paragraphs if text.strip()]
    printed = markdown.div(".box", "\n\n".join([f"**Einordnung.** {texts[0]}", *texts[1:]]))
    return Part("box", markdown.html(shown) + "\n" + markdown.other(printed), shown)


def _class_text(standing: Standing) -> str:
    if standing.status is None:
        return f"Nicht eingestuft: {standing.reason}."
    text = f"Status {standing.status} ({STATUS[standing.status - 1]})"
    if standing.dynamics is None:
        return f"{text}; keine Dynamik, denn {standing.dynamics_reason}."
    return f"{text}, Dynamik {DYNAMICS[standing.dynamics - 1][1]} (Stand {standing.period})."


def _certainty_text(context: Context, standing: Standing) -> str:
    if standing.status is None:
        return ""
    if standing.status_share is None:
        return "Wie sicher die Einstufung ist, weist diese Ausgabe zum Schutz kleiner Zahlen nicht aus."
    runs = numbers.number(int(definition(context)["uncertainty"]["runs"]), 0)
    text = f"Den Status bestätigen {_percent(standing.status_share)} von {runs} Wiederholungen mit veränderten Zahlen, "
    text += "Gewichten und Verfahren"
    if standing.dynamics_share is not None:
        text += f", die Dynamik {_percent(standing.dynamics_share)}"
    if standing.rank_low is not None and standing.rank_high is not None and standing.rank_low != standing.rank_high:
        text += f". Der Rang liegt zwischen {standing.rank_low} und {standing.rank_high} (1: höchste Belastung)"
    elif standing.rank_low is not None:
        text += f". Der Rang ist {standing.rank_low} (1: höchste Belastung)"
    return f"{text}. Die Sicherheit ist {standing.certainty}. {_hanging_text(context, standing)}".strip()


def _hanging_text(context: Context, standing: Standing) -> str:
    """Without which indicators the class would be another; "" without none."""
    found = audited(context)
    if found is None or found.base.get(standing.area) != standing.status:
        return ""
    other = {v.name: c.after for v in found.without for c in v.changes if c.area == standing.area}
    told = [f"ohne „{context.series(id).meta.short_title}“ Status {after}" for id, after in other.items()]
    if not told:
        return ""
    first, *rest = told
    return f"{', '.join([german.capital(first).replace(' Status', ' wäre es Status'), *rest])}."


def _driver_text(context: Context, standing: Standing) -> str:
    if standing.status is None or not standing.parts:
        return ""
    titles = {s.meta.id: s.meta.noun.nominative for s in indicators(context)}
    ordered = sorted(standing.parts, key=lambda id: -abs(standing.parts[id]))
    burden = [titles[id] for id in ordered if standing.parts[id] >= _NOTICEABLE][:2]
    relief = [titles[id] for id in ordered if standing.parts[id] <= -_NOTICEABLE][:2]
    texts = []
    if burden:
        texts.append(f"Am stärksten belastend {_go(burden)} {german.join(burden)} ein.")
    if relief:
        texts.append(f"Am stärksten entlastend {_go(relief)} {german.join(relief)} ein.")
    if not texts:
        texts.append("Alle Indikatoren liegen nahe am Durchschnitt.")
    if standing.dynamics in (1, 3) and standing.dynamics_parts:
        sign = 1 if standing.dynamics == 3 else -1
        strongest = max(standing.dynamics_parts, key=lambda id: sign * standing.dynamics_parts[id])
        moved = {s.meta.id: s.meta.noun.nominative for s in changes(context)}
        texts.append(f"Zur Dynamik trägt {moved[strongest]} am meisten bei.")
    total = len(titles)
    resting = f"Der Status beruht auf {standing.used} von {total} Indikatoren."
    return " ".join([*texts, resting if standing.used != total else ""]).strip()


def _go(names: list[str]) -> str:
    return "geht" if len(names) == 1 else "gehen"


def _since_text(standing: Standing, past: Sequence[Standing]) -> str:
    """Since when the area has been in its status class, and in which before."""
    if standing.since is None or standing.status is None:
        return ""
    if standing.since_start:
        return f"In Statusklasse {standing.status} seit mindestens {standing.since}."
    new = standing.since == standing.period
    text = f"Neu in Statusklasse {standing.status} im Jahr " if new else f"In Statusklasse {standing.status} seit "
    before = [s for s in past if s.period < standing.since]
    if not before:
        return f"{text}{standing.since}."
    last = before[-1]
    if last.status is None:
        return f"{text}{standing.since}; {last.period} nicht eingestuft."
    return f"{text}{standing.since}, davor in Klasse {last.status} ({_span(last)})."


def _span(last: Standing) -> str:
    """Years of an unbroken time in a class that ended with this standing."""
    if last.since_start:
        return f"bis {last.period}"
    return str(last.period) if last.since == last.period else f"{last.since} bis {last.period}"


def _lacking(standing: Standing) -> str:
    """Why there is no class or no dynamics; "" where there are both."""
    reason = (
        standing.reason if standing.status is None else standing.dynamics_reason if standing.dynamics is None else ""
    )
    return f"{german.capital(reason)}." if reason else ""


def _headline(standing: Standing) -> str:
    if standing.status is None:
        return "nicht eingestuft"
    second = f"Dynamik {DYNAMICS[standing.dynamics - 1][1]}" if standing.dynamics else "ohne Dynamik"
    return f"Status {standing.status}, {STATUS[standing.status - 1]}<br>{second}"


def _mini(standing: Standing) -> str:
    """Small matrix with the area's own cell marked; the words beside it say the same."""
    head = "".join(f'<th scope="col"><span class="sr">{word} </span>{sign}</th>' for sign, word in DYNAMICS)
    rows = []
    for number, status in enumerate(STATUS, 1):
        cells = "".join(
            f'<td data-cell="{cell}"'
            + (' class="here"><span aria-hidden="true">●</span><span class="sr">hier</span>' if here else ">")
            + "</td>"
            for cell in CELLS[3 * (number - 1) : 3 * number]
            for here in (cell == standing.cell,)
        )
        rows.append(f'<tr><th scope="row">{number} {status}</th>{cells}</tr>')
    caption = '<caption class="sr">Lage in der Matrix aus Status und Dynamik</caption>'
    return f'<table class="mini">{caption}<thead><tr><td></td>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _shares(standing: Standing) -> str:
    items = []
    for number, share in enumerate(standing.status_shares, 1):
        kind = ' class="here"' if number == standing.status else ""
        token = "own" if number == standing.status else "others"
        bar = (
            '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect width="{max(round(100 * share), 1)}" height="8" fill="var(--{token})"/></svg>'
        )
        items.append(f'<li{kind}><span>Status {number}</span>{bar}<span class="num">{_percent(share)}</span></li>')
    return f'<ul class="shares">{"".join(items)}</ul>' if items else ""


def _link(context: Context) -> str:
    chapters = (
        ("overall/monitor", f"Alle {context.setting.plural} im Monitor"),
        ("overall/sensitivitaet", "Wie sicher sind die Klassen?"),
    )
    found = [(overall_address(context, template), words) for template, words in chapters]
    links = [f'<a href="{html.escape(address)}">{html.escape(words)}</a>' for address, words in found if address]
    return f"<p>{'<br>'.join(links)}</p>" if links else ""


def _bars(context: Context, standing: Standing) -> str:
    """What each indicator adds to the status, as bars to both sides of the mean; the sentences say the same."""
    if standing.status is None or not standing.parts:
        return ""
    longest = max(1.0, *(abs(value) for value in standing.parts.values()))
    items = []
    for series in indicators(context):
        value = standing.parts.get(series.meta.id)
        if value is None:
            continue
        width = max(round(48 * abs(value) / longest, 1), 0.5)
        start, token = (50.0, "worse-2") if value >= 0 else (50 - width, "better-2")
        bar = (
            '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect x="{start:g}" y="1" width="{width:g}" height="6" fill="var(--{token})"/>'
            '<rect x="49.6" width="0.8" height="8" fill="var(--axis)"/></svg>'
        )
        title = markdown.as_html(series.meta.short_title)
        items.append(f'<li><span>{title}</span>{bar}<span class="num">{numbers.signed(value, 1)}</span></li>')
    note = "Beitrag zum Statuswert in Standardabweichungen: + belastet, \u2212 entlastet"
    return f'<ul class="drivers">{"".join(items)}</ul><p class="note">{note}</p>' if items else ""


def _type(context: Context, text: str) -> str:
    """Sentences on the type; the names of the most similar areas lead to their profiles."""
    if not text or context.area is None:
        return ""
    shown = markdown.as_html(text)
    for id in similar(context, context.area.id):
        address, name = profile_address(context, id), markdown.as_html(context.areas[id].name)
        places = list(re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", shown))
        if address and places:
            start, end = places[-1].span()
            shown = f'{shown[:start]}<a href="{html.escape(address)}">{name}</a>{shown[end:]}'
    return f"<h3>Raumtyp</h3><p>{shown}</p>"


def _p(text: str) -> str:
    return f"<p>{markdown.as_html(text)}</p>" if text else ""


def _percent(share: float) -> str:
    return numbers.with_unit(numbers.number(100 * share, 0), "%")
