"""The box in an area's profile: which class it has, how sure that is, since when, and what drives it."""

from __future__ import annotations

import html

from sozlib.chapter import german, markdown, numbers
from sozlib.chapter.addresses import overall_address
from sozlib.chapter.areatypes import type_text
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.monitor import changes, definition, indicators
from sozlib.chapter.standing import DYNAMICS, STATUS, Standing, standings
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
    kind = type_text(context)
    paragraphs = [_class_text(standing), _certainty_text(context, standing), _driver_text(context, standing)]
    sections = (
        ("Status und Dynamik", _headline(standing), _mini(standing) + _link(context)),
        ("Sicherheit der Einstufung", _sure(standing), _shares(standing) + _p(paragraphs[1])),
        ("Was die Einstufung bestimmt", "", _p(paragraphs[2]) + _since(standing) + _type(kind)),
    )
    values = [f'<p class="value">{value}</p>' if value else "" for _, value, _ in sections]
    inner = "".join(
        f"<div><h3>{title}</h3>{value}{body}</div>" for (title, _, body), value in zip(sections, values, strict=True)
    )
    shown = f'<section class="placement" aria-label="Einordnung"><h2>Einordnung</h2><div class="three">{inner}</div>'
    shown += "</section>"
    text = " ".join(part for part in [*paragraphs, _since_text(standing), kind and f"Raumtyp: {kind}"] if part)
    printed = markdown.div(".box", f"**Einordnung.** {markdown.plain(text)}")
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
    return f"{text}. Die Sicherheit ist {standing.certainty}."


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


def _since_text(standing: Standing) -> str:
    if standing.since is None or standing.status is None:
        return ""
    if standing.since_start:
        return f"In Statusklasse {standing.status} seit mindestens {standing.since}."
    if standing.since == standing.period:
        return f"Neu in Statusklasse {standing.status} im Jahr {standing.since}."
    return f"In Statusklasse {standing.status} seit {standing.since}."


def _headline(standing: Standing) -> str:
    if standing.status is None:
        return "nicht eingestuft"
    second = f"Dynamik {DYNAMICS[standing.dynamics - 1][1]}" if standing.dynamics else "ohne Dynamik"
    return f"Status {standing.status}, {STATUS[standing.status - 1]}<br>{second}"


def _sure(standing: Standing) -> str:
    return standing.certainty if standing.certainty else ""


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
    address = overall_address(context, "overall/monitor")
    words = f"Alle {context.setting.plural} im Monitor"
    return f'<p><a href="{html.escape(address)}">{html.escape(words)}</a></p>' if address else ""


def _since(standing: Standing) -> str:
    return _p(_since_text(standing))


def _type(text: str) -> str:
    return f"<h3>Raumtyp</h3>{_p(text)}" if text else ""


def _p(text: str) -> str:
    return f"<p>{markdown.as_html(text)}</p>" if text else ""


def _percent(share: float) -> str:
    return numbers.with_unit(numbers.number(100 * share, 0), "%")
