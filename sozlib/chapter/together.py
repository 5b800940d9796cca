"""Several indicators in few sentences: what they have in common is said once, their numbers stay.

A chapter names a dozen indicators. One paragraph for each, all with the same words, is not read; so those with the same
message share a sentence, and what stands out in an area is sorted by whether it is better or worse than the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sozlib.chapter import german, numbers
from sozlib.chapter.judgement import Standing, Verdict, movement
from sozlib.chapter.readings import Series
from sozlib.chapter.sentences import comparison, level, withheld
from sozlib.chapter.setting import Setting
from sozlib.chapter.signs import SIGNS

#: A list in a sentence has at most so many members.
MOST = 3

Named = Callable[[Series], str]


def sentences(all_series: Sequence[Series], setting: Setting, turn: int = 0) -> list[str]:
    """Paragraphs on value and comparison of several indicators in the setting's area.

    Parameters
    ----------
    all_series
        Indicators with values.
    setting
        The words of the chapter; with an area.
    turn
        See :func:`sozlib.chapter.sentences.describe`.
    """
    area = setting.area or ""
    groups: dict[str, list[Series]] = {"above": [], "below": [], "same": [], "": []}
    hidden = []
    for series in all_series:
        reading = series.get(area)
        if not reading.known:
            hidden.append(series)
        else:
            groups[reading.versus_whole or ""].append(series)
    told = [_group(word, group, setting, turn + i) for i, (word, group) in enumerate(groups.items()) if group]
    if len(hidden) == 1:
        told.append(" ".join(withheld(hidden[0], setting, hidden[0].get(area))))
    elif hidden:
        told += withheld_together(hidden, setting)
    return told


def _group(word: str, group: Sequence[Series], setting: Setting, turn: int) -> str:
    """Indicators that lie on the same side of the whole."""
    if len(group) == 1:
        reading = group[0].get(setting.area or "")
        return " ".join([*level(group[0], setting, reading)[:1], *comparison(group[0], setting, reading, turn)])
    where = setting.place.locative
    if word == "":
        first, *others = (f"{s.meta.noun.nominative} {{}}{_both(s, setting)}" for s in group)
        said = [first.format(f"beträgt {where} "), *(other.format("") for other in others)]
        return f"{german.capital(german.join(said))}."
    if word == "same":
        parts = _few(group, lambda s: f"{s.meta.noun.at} ({_both(s, setting)})")
        said = [f"Kein Unterschied {setting.whole.to} ist {where} gesichert {parts[0]}."]
        return " ".join([*said, *(f"Das gilt auch {part}." for part in parts[1:])])
    side = "über" if word == "above" else "unter"
    firsts = _few(group, lambda s: f"{s.meta.noun.nominative} ({_both(s, setting)})")
    rest = _few(group, lambda s: f"{s.meta.noun.accusative} ({_both(s, setting)})")[1:]
    said = [f"Gesichert {side} {setting.theirs} liegen {where} {firsts[0]}."]
    return " ".join([*said, *(f"Das gilt auch für {part}." for part in rest)])


def withheld_together(all_series: Sequence[Series], setting: Setting) -> list[str]:
    """One paragraph for each reason why several indicators have no value, each with the value of the whole."""
    texts = []
    for status, sign in SIGNS.items():
        group = [s for s in all_series if s.get(setting.area or s.whole_id).status == status]
        if not group:
            continue
        where = setting.place.locative
        if len(group) == 1:
            texts.append(f"{group[0].meta.noun.start} ist {where} {sign.reason}{_aside(group[0], setting)}.")
            continue
        first, *others = _few(group, lambda s: s.meta.noun.nominative + _aside(s, setting))
        text = f"Nicht ausgewiesen sind {where} {first}{''.join(f', ebenso {part}' for part in others)}"
        texts.append(f"{text}. Diese Werte sind {sign.reason}.")
    return texts


def remarks(all_series: Sequence[Series], setting: Setting) -> list[str]:
    """Paragraphs on what stands out in the setting's area: worse, better and changed values, withheld ones.

    Never empty: that nothing is secured is a message too.
    """
    area = setting.area or ""
    found = Standing.of(all_series, area)
    used = [s for s in all_series if s.period is not None]
    texts = []
    for word, group in (("ungünstiger", found.worse), ("günstiger", found.better)):
        if group:
            texts.append(_judged(word, group, found.judged, setting))
    neutral = [
        f"{word} als {setting.whole.kind_locative} {'ist' if len(group) == 1 else 'sind'} {_list(group, setting)}"
        for word, group in (("höher", found.higher), ("niedriger", found.lower))
        if group
    ]
    if neutral:
        texts.append(f"Gesichert verschieden, aber ohne Wertung: {'; '.join(neutral)}.")
    if not found.secured:
        if found.tested:
            where, source = setting.place.locative, setting.whole.source
            texts.append(f"Keine der geprüften Kennzahlen unterscheidet sich {where} gesichert {source}.")
        elif not found.hidden:
            texts.append(f"Ein statistischer Vergleich mit {setting.whole.dative} ist für diese Werte nicht möglich.")
    texts += [text for word in _MOVED if (text := _moved(word, used, setting))]
    if found.hidden:
        texts.append(_missing(found.hidden, len(used), setting))
    return texts


def _judged(word: str, group: Sequence[Series], judged: int, setting: Setting) -> str:
    than, where = f"als {setting.whole.kind_locative}", setting.place.locative
    if len(group) == 1:
        (series,) = group
        own, there = series.get(setting.area or ""), series.whole()
        values = f"{series.meta.beside(own.value or 0.0)} gegenüber {series.meta.beside(there.value or 0.0)}"
        return f"Gesichert {word} {than} ist {where} {series.meta.noun.nominative}: {values}."
    if len(group) <= MOST:
        return f"Gesichert {word} {than} sind {where} {_list(group, setting)}."
    n = german.count_word(len(group))
    which = f"alle {n}" if len(group) == judged else f"{n} der {german.count_word(judged)}"
    most = _list(group[:MOST], setting)
    return f"Gesichert {word} {than} sind {where} {which} gewerteten Kennzahlen, am deutlichsten {most}."


def _list(group: Sequence[Series], setting: Setting) -> str:
    return german.join(f"{s.meta.noun.nominative} ({_both(s, setting)})" for s in group)


_MOVED: dict[Verdict, str] = {
    "worse": "Ungünstig entwickelt",
    "better": "Günstig entwickelt",
    "higher": "Gestiegen, ohne Wertung,",
    "lower": "Gesunken, ohne Wertung,",
}


def _moved(word: Verdict, used: Sequence[Series], setting: Setting) -> str:
    """What has changed for better or worse, the largest change in relation to its level first."""
    area = setting.area or ""
    group = [s for s in used if movement(s.meta, s.get(area)) == word]
    if not group:
        return ""
    group.sort(key=lambda s: -abs((s.get(area).trend_change or 0.0) / (s.get(area).value or 1.0)))
    named = group[:MOST]
    years = {s.get(area).trend_from for s in named}
    same = len(years) == 1
    since = f" seit {years.pop()}" if same else ""
    items = []
    for series in named:
        reading = series.get(area)
        change = numbers.signed(reading.trend_change or 0.0, series.meta.decimals)
        aside = numbers.with_unit(change, series.meta.difference_unit)
        items.append(f"{series.meta.noun.nominative} ({aside}{'' if same else f' seit {reading.trend_from}'})")
    more = len(group) - len(named)
    tail = ""
    if more:
        counted = "kommt eine weitere Kennzahl" if more == 1 else f"kommen {german.count_word(more)} weitere"
        tail = f"; hinzu {counted}"
    one = len(group) == 1
    if word in ("worse", "better"):
        return f"{_MOVED[word]} {'hat' if one else 'haben'} sich{since} {german.join(items)}{tail}."
    return f"{_MOVED[word]} {'ist' if one else 'sind'}{since} {german.join(items)}{tail}."


def _missing(hidden: Sequence[Series], n: int, setting: Setting) -> str:
    verb = "ist" if len(hidden) == 1 else "sind"
    where = setting.place.locative
    if len(hidden) <= MOST:
        names = german.join(s.meta.noun.nominative for s in hidden)
        return f"Nicht ausgewiesen {verb} {where} {names}."
    if len(hidden) == n:
        return f"Keine der {german.count_word(n)} Kennzahlen ist {where} ausgewiesen."
    counted = german.capital(german.count_word(len(hidden)))
    return f"{counted} der {german.count_word(n)} Kennzahlen {verb} {where} nicht ausgewiesen."


def _both(series: Series, setting: Setting) -> str:
    """Value of the area and of the whole: "8,7 %; Kreis 13,3 %"."""
    own = series.get(setting.area or series.whole_id)
    text = series.meta.beside(own.value) if own.shown and own.value is not None else SIGNS[own.status].reason
    joiner = "; " if own.versus_whole else " ("
    end = "" if own.versus_whole else ")"
    there = series.whole()
    if there.shown and there.value is not None and series.meta.kind != "count":
        text += f"{joiner}{setting.whole.kind} {series.meta.beside(there.value)}{end}"
    return text


def _aside(series: Series, setting: Setting) -> str:
    there = series.whole()
    shown = there.shown and there.value is not None
    return f" ({setting.whole.kind} {series.meta.beside(there.value or 0.0)})" if shown else ""


def _few(group: Sequence[Series], named: Named) -> list[str]:
    """Lists of at most :data:`MOST` members, each as one phrase."""
    return [german.join(named(s) for s in group[i : i + MOST]) for i in range(0, len(group), MOST)]
