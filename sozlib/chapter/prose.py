"""What people write about one area: ``notebooks/texts/<area>/<topic>.md``.

Analysts know things that no table holds. Their text stands in the chapter, visibly apart from generated sentences, and
takes its numbers from the same snapshot as the figures: ``{{ wert('sgb2_quote_u65') }}`` stays right in the next cycle,
and protected in the public edition. Texts may come by mail from anywhere, so they are rendered in a sandbox and reduced
to prose: no HTML, no remote images, no headings above the chapter's own.

References
----------
Jinja, „Sandbox“: https://jinja.palletsprojects.com/en/stable/sandbox/
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from pydantic import Field

from sozlib.chapter import german, numbers
from sozlib.chapter.readings import Meta, Reading, Readings
from sozlib.chapter.setting import Setting
from sozlib.chapter.signs import SIGNS
from sozlib.errors import InputError, Place, Problem, relative
from sozlib.nearest import nearest
from sozlib.parameters import Parameters, validate
from sozlib.snapshot import WITHOUT_VALUE

_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?\n?", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^(#{1,6})(?=\s)", re.MULTILINE)
_FENCED_RAW = re.compile(r"^(`{3,}|~{3,})\s*\{=", re.MULTILINE)
_INLINE_RAW = re.compile(r"`+\{=")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LINK = re.compile(r"(!?)\[[^\]]*\]\(\s*<?([^)\s>]*)")
_REFERENCE = re.compile(r"^\s{0,3}\[[^\]]+\]:\s*<?(\S+)", re.MULTILINE)
_ATTRIBUTES = re.compile(r"\{[^{}\n]*[.#=][^{}\n]*\}")
_FENCED_DIV = re.compile(r"^:{3,}.*$", re.MULTILINE)

#: A text holds prose and calls with plain arguments; loops, filters and attributes are not needed and not let in.
_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Call, nodes.Name, nodes.Const, nodes.Keyword),
    nodes.EvalContextModifier,
)
_EXAMPLE = "Richtig ist zum Beispiel: {{ wert('kennung_des_indikators') }}"


#: What a text may call, methods of :class:`Values`.
FUNCTIONS = ("wert", "kreis", "gesamt", "veraenderung", "rang", "seit", "jahr")


class Front(Parameters):
    """Front matter of a text."""

    title: str = "Anmerkung der Sozialplanung"
    author: str = ""
    date: dt.date | None = None
    box: bool = Field(True, description="true: signierter Kasten; false: Abschnitt im Fließtext")


@dataclass(frozen=True)
class Note:
    """A text, rendered and safe to set into a chapter."""

    front: Front
    markdown: str
    file: str

    def block(self) -> str:
        """As Markdown: a signed box, or a section of plain prose."""
        title = numbers.escape(self.front.title)
        author = numbers.escape(self.front.author)
        date = self._date()
        signed = f"am {date}{', ' + author if author else ''}" if date else f"von {author}" if author else ""
        last = f"\n\nVerfasst {signed}." if signed else ""
        if self.front.box:
            return f"::: {{.box .planning}}\n**{title}**\n\n{self.markdown}{last}\n:::"
        return f"## {title}\n\n{self.markdown}{last}"

    def _date(self) -> str:
        date = self.front.date
        return f"{date.day}.\u00a0{german.month(date.month)} {date.year}" if date else ""


def render(path: Path, root: Path, readings: Readings, setting: Setting) -> Note:
    """Read a text, put in its values, make it safe.

    Parameters
    ----------
    path
        The file.
    root
        Project folder, for the paths in messages.
    readings, setting
        Where values come from and whose they are.

    Raises
    ------
    InputError
        With file and line: not UTF-8, wrong front matter, unknown indicator or function, something that a text must
        not hold.
    """
    front, body, offset = _examined(path, root, readings.catalogue)
    file = relative(path, root)
    rendered = _fill(body, file, offset, Values(readings, setting))
    return Note(front, _tidy(rendered), file)


def examine(path: Path, root: Path, indicators: Collection[str]) -> tuple[Problem, ...]:
    """Every problem of a text that shows without a value being asked for: before anything is built.

    Parameters
    ----------
    path, root
        See :func:`render`.
    indicators
        Ids that the catalogue knows.
    """
    try:
        _examined(path, root, indicators)
    except InputError as error:
        return tuple(error.problems)
    return ()


def _examined(path: Path, root: Path, indicators: Collection[str]) -> tuple[Front, str, int]:
    """Front matter, body and the line that the body begins on; all problems raised at once."""
    file = relative(path, root)
    try:
        source = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise _error(file, 1, "encoding", "Die Datei ist nicht UTF-8.", "Speichern Sie sie als UTF-8.") from None
    front, body, offset = _split(source, file)
    problems = [*_unsafe(body, file, offset), *_wrong_calls(body, file, offset, indicators)]
    if problems:
        raise InputError(problems)
    return front, body, offset


class Values:
    """The functions that a text may call; each returns Markdown.

    ``jahr`` is the period; the latest when not given.
    """

    def __init__(self, readings: Readings, setting: Setting):
        self._readings, self._setting = readings, setting
        self._area = setting.area or readings.whole_id

    def functions(self) -> dict[str, Any]:
        """By the name in the text."""
        return {name: getattr(self, name) for name in FUNCTIONS}

    def wert(self, indikator: str, jahr: int | None = None) -> str:
        """Value with unit; the sign in words where there is none."""
        return self._text(self._reading(indikator, self._area, jahr))

    def kreis(self, indikator: str, jahr: int | None = None) -> str:
        """Value of the whole."""
        return self._text(self._reading(indikator, self._readings.whole_id, jahr))

    def gesamt(self, indikator: str, jahr: int | None = None) -> str:
        """Value of the whole; the word for reports on a city."""
        return self.kreis(indikator, jahr)

    def veraenderung(self, indikator: str) -> str:
        """Change over the trend with its sign, in brackets where it is not secured."""
        reading = self._reading(indikator, self._area, None)
        meta = self._readings.catalogue[indikator]
        if reading.trend_change is None:
            return "(nicht auswertbar)"
        change = numbers.signed(reading.trend_change, meta.decimals)
        text = numbers.with_unit(change, meta.difference_unit)
        return text if reading.trend in ("rising", "falling") else f"({text})"

    def rang(self, indikator: str) -> str:
        """Rank among the areas, 1 for the highest value: "Rang 5 von 16"."""
        reading = self._reading(indikator, self._area, None)
        if reading.rank is None or reading.ranked is None:
            return "ohne Rang"
        return f"Rang\u00a0{reading.rank} von {reading.ranked}"

    def seit(self, indikator: str) -> str:
        """First year of the trend."""
        reading = self._reading(indikator, self._area, None)
        start = reading.trend_from or (self._readings[indikator].periods or (reading.period,))[0]
        return str(start)

    def jahr(self, indikator: str) -> str:
        """Latest year with values."""
        return str(self._reading(indikator, self._area, None).period)

    def _reading(self, indicator: str, area: str, period: int | None) -> Reading:
        return self._readings[indicator].get(area, period)

    def _text(self, reading: Reading) -> str:
        meta = self._readings.catalogue[reading.indicator]
        return numbers.escape(spoken_value(meta, reading))


def spoken_value(meta: Meta, reading: Reading) -> str:
    """Value with unit for a sentence; words where there is none: "nicht ausgewiesen (geheim gehalten)"."""
    if reading.shown and reading.value is not None:
        text = meta.text(reading.value)
        return f"({text})" if reading.status == "()" else text
    if reading.status not in WITHOUT_VALUE:
        return SIGNS[reading.status].spoken
    return f"nicht ausgewiesen ({'geheim gehalten' if reading.status == '.' else SIGNS[reading.status].spoken})"


def _split(source: str, file: str) -> tuple[Front, str, int]:
    match = _FRONT.match(source)
    if not match:
        return Front(), source, 0
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="rt", pure=True).load("\n" + match[1])
    except YAMLError:
        message = "Der Kopf zwischen den Strichen ist kein gültiges YAML."
        raise _error(file, 1, "yaml", message, "Schreiben Sie „title: …“, „author: …“, „date: 2026-03-02“.") from None
    return validate(data, Front, file), source[match.end() :], match[0].count("\n")


def _fill(body: str, file: str, offset: int, values: Values) -> str:
    environment = _environment()
    environment.globals.update(values.functions())
    try:
        return str(environment.from_string(body).render())
    except (TemplateError, TypeError, ValueError) as error:
        line = _line(error) + offset
        raise _error(file, line, "text", "Die Angaben in der Klammer passen nicht.", _EXAMPLE) from None


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
    environment.globals.clear()
    return environment


def _wrong_calls(body: str, file: str, offset: int, indicators: Collection[str]) -> list[Problem]:
    try:
        tree = _environment().parse(body)
    except TemplateSyntaxError as error:
        message = f"Der Abruf ist nicht lesbar ({error.message})."
        return [Problem("text", message, _EXAMPLE, Place(file, error.lineno + offset))]
    found = (_examine(node, Place(file, node.lineno + offset), indicators) for node in tree.find_all(nodes.Node))
    return list(dict.fromkeys(problem for problem in found if problem))


def _examine(node: nodes.Node, place: Place, indicators: Collection[str]) -> Problem | None:
    """Problem of one node of a text: only calls of known functions with plain arguments are let in."""
    if isinstance(node, nodes.Name) and node.name not in FUNCTIONS:
        near = nearest(node.name, FUNCTIONS, cutoff=0.4)
        remedy = f"Meinten Sie „{near}“?" if near else f"Bekannt sind: {', '.join(FUNCTIONS)}."
        return Problem("unknown-name", f"„{node.name}“ ist in Texten nicht bekannt.", remedy, place)
    if not isinstance(node, _ALLOWED):
        return Problem("unsafe-text", "Dieser Ausdruck ist in Texten nicht erlaubt.", _EXAMPLE, place)
    if isinstance(node, nodes.Call):
        given = {str(k.key) for k in node.kwargs}
        dated = getattr(node.node, "name", "") in ("wert", "kreis", "gesamt")
        several = ("indikator", "jahr") if dated else ("indikator",)
        positional = set(several[: len(node.args)])
        if len(node.args) > len(several) or given - set(several) or positional & given:
            return Problem("text", "Die Angaben in der Klammer passen nicht.", _EXAMPLE, place)
        if "indikator" not in positional | given:
            return Problem("text", "In der Klammer fehlt die Kennung des Indikators.", _EXAMPLE, place)
        argument = node.args[0] if node.args else next(k.value for k in node.kwargs if k.key == "indikator")
        name = argument.value if isinstance(argument, nodes.Const) else None
        if name is None or str(name) in indicators:
            return None
        near = nearest(str(name), list(indicators), cutoff=0.5)
        remedy = f"Meinten Sie „{near}“?" if near else "Bekannt sind die Kennungen in parameters/indicators."
        return Problem("unknown-indicator", f"Den Indikator „{name}“ gibt es nicht.", remedy, place)
    return None


def _line(error: BaseException) -> int:
    """Line of the text that an error arose in: Jinja rewrites tracebacks to it."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _unsafe(body: str, file: str, offset: int) -> list[Problem]:
    """What a text must not hold, each with its line."""
    found: list[Problem] = []

    def note(position: int, text: str, remedy: str) -> None:
        line = body.count("\n", 0, position) + 1 + offset
        found.append(Problem("unsafe-text", text, remedy, Place(file, line)))

    for match in _TAG.finditer(body):
        note(
            match.start(),
            "HTML ist in Texten nicht erlaubt.",
            "Verwenden Sie Markdown; „<“ allein schreiben Sie „\\<“.",
        )
    for pattern in (_FENCED_RAW, _INLINE_RAW):
        for match in pattern.finditer(body):
            note(match.start(), "Rohblöcke ({=…}) sind in Texten nicht erlaubt.", "Streichen Sie den Block.")
    for match in _FENCED_DIV.finditer(body):
        note(match.start(), "Blöcke mit „:::“ sind in Texten nicht erlaubt.", "Den Kasten setzt das Programm.")
    for match in [*_LINK.finditer(body), *_REFERENCE.finditer(body)]:
        image, target = (match[1] == "!", match[2]) if match.re is _LINK else (False, match[1])
        if image:
            remedy = "Setzen Sie es in einer Notebook-Zelle, mit einem Alternativtext."
            note(match.start(), f"Bilder sind in Texten nicht möglich („{target}“).", remedy)
        elif re.match(r"(?i)^(?!https?:|mailto:)[a-z][a-z0-9+.-]*:", target):
            note(
                match.start(), f"Der Verweis „{target}“ ist nicht erlaubt.", "Erlaubt sind https- und mailto-Verweise."
            )
    return sorted(dict.fromkeys(found), key=lambda problem: problem.place.row or 0)


def _tidy(text: str) -> str:
    """Headings below the chapter's own, no classes or ids, terms that do not break."""
    text = re.sub(r"(?m)^(-{3,}|\.{3})[ \t]*$", "* * *", text)  # a rule, never the start of metadata
    lowest = min((len(m[1]) for m in _HEADING.finditer(text)), default=3)
    shift = max(0, 3 - lowest)
    text = _HEADING.sub(lambda m: "#" * min(6, len(m[1]) + shift), text)
    return numbers.keep_together(_ATTRIBUTES.sub("", text).strip())


def _error(file: str, line: int, code: str, found: str, remedy: str) -> InputError:
    return InputError([Problem(code, found, remedy, Place(file, line))])
