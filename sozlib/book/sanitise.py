"""What may stand on a page: explicit lists of elements, attributes, classes and URL schemes.

Chapters carry HTML from the library, from pandas and from analysts' own Markdown. All of it goes through nh3 with the
lists below before it reaches a page, because pandoc passes ``onclick`` and ``javascript:`` through and one cell copied
from the web must not run a script in a councillor's browser. Inline ``style`` is turned into SVG presentation
attributes, so that pages can forbid inline styles altogether.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

import nh3


def _words(text: str) -> frozenset[str]:
    """Names from a block of text: long lists stay readable."""
    return frozenset(text.split())


#: Classes that the style sheet knows. Others are dropped: a chapter cannot disguise itself as the page around it.
CLASSES = _words(
    """
    kicker lead locator section two half prose findings area-list key-figures facts placement box planning
    uncertain figure-block figure full number statement what source data wide narrow keys frame table
    table-block left own whole region signs num sr group total note unit formula math spark centre signed value
    small swatch withheld muted better worse neutral up down marker bar middle matrix mini shares drivers here type
    three legend inset footnotes footnote-ref footnote-back xref code task-list sheet sheets columns wide-table
    compact definitions
    """
)

_GLOBAL = {"id", "class", "lang", "role", "title", "tabindex", "dir"}
_HTML = _words(
    """
    a abbr aside b blockquote br caption code col colgroup dd del details dfn div dl dt em figcaption figure h2
    h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary sup table tbody
    td tfoot th thead time tr u ul var wbr article
    """
)
_SVG = _words(
    """
    svg g path rect circle ellipse line polyline polygon text tspan textPath title desc defs use symbol marker
    clipPath mask pattern linearGradient radialGradient stop
    """
)
_SVG |= {tag.lower() for tag in _SVG}
_MATH = _words(
    """
    math semantics annotation mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover
    munderover mtable mtr mtd mstyle mpadded mphantom menclose
    """
)

#: Presentation attributes of SVG that a drawing may use.
_PRESENTATION = _words(
    """
    fill fill-opacity fill-rule stroke stroke-width stroke-dasharray stroke-dashoffset stroke-linecap
    stroke-linejoin stroke-miterlimit stroke-opacity opacity color display visibility font-family font-size
    font-style font-weight font-variant font-feature-settings font-variant-numeric letter-spacing text-anchor
    text-decoration text-rendering dominant-baseline alignment-baseline clip-path clip-rule mask marker-start
    marker-mid marker-end paint-order stop-color stop-opacity vector-effect pointer-events shape-rendering
    writing-mode
    """
)
_GEOMETRY = _words(
    """
    x y x1 y1 x2 y2 cx cy r rx ry dx dy width height d points transform viewBox viewbox preserveAspectRatio
    preserveaspectratio pathLength offset gradientUnits gradientunits gradientTransform gradienttransform
    patternUnits patternunits patternContentUnits patterncontentunits patternTransform patterntransform
    clipPathUnits clippathunits markerWidth markerwidth markerHeight markerheight refX refx refY refy orient
    markerUnits markerunits maskUnits maskunits xmlns version focusable rotate startOffset textLength
    lengthAdjust
    """
)

_ATTRIBUTES: dict[str, set[str]] = {
    "*": _GLOBAL - {"class"},
    "a": {"href"},
    "use": {"href", "xlink:href"},
    "img": {"src", "alt", "width", "height", "loading"},
    "th": {"scope", "colspan", "rowspan", "abbr"},
    "td": {"colspan", "rowspan"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "type", "reversed"},
    "time": {"datetime"},
    "details": {"open"},
    "math": {"display", "xmlns", "alttext"},
    "annotation": {"encoding"},
    "mo": {"stretchy", "fence", "form", "accent", "separator", "minsize", "maxsize", "lspace", "rspace"},
    "mi": {"mathvariant"},
    "mtd": {"columnalign"},
    "mtable": {"columnalign", "rowspacing", "columnspacing"},
    "mspace": {"width"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mfrac": {"linethickness"},
}
for _tag in _SVG:
    _ATTRIBUTES[_tag] = (
        _ATTRIBUTES.get(_tag, set())
        | _PRESENTATION
        | _GEOMETRY
        | {"class", "href"} - ({"href"} if _tag not in {"a", "use"} else set())
    )

_SCHEMES = {"http", "https", "mailto", "tel"}
_DANGEROUS = {"script", "style", "template", "iframe", "object", "noscript", "xmp", "noembed", "noframes"}


def _cleaner(tags: frozenset[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(tags),
        clean_content_tags=set(_DANGEROUS),
        attributes={tag: values for tag, values in _ATTRIBUTES.items() if tag == "*" or tag in tags},
        allowed_classes={tag: set(CLASSES) for tag in tags - _SVG},
        generic_attribute_prefixes={"aria-", "data-"},
        url_schemes=set(_SCHEMES),
        link_rel=None,
        strip_comments=True,
    )


_BLOCK = _cleaner((_HTML - {"img"}) | _SVG | _MATH)
_BODY = _cleaner(_HTML | _MATH)

_STYLE = re.compile(r"\sstyle=(?:\"([^\"]*)\"|'([^']*)')")
_SAFE_VALUE = re.compile(r"(?:url\(#[\w.-]+\)|[^\"'<>&;\\(){}]|var\(--[\w-]+(?:,[^()\"'<>;]*)?\))+")
_FONT = re.compile(
    r"(?:(italic|oblique)\s+)?(?:normal\s+)?(?:(\d{3}|bold|normal)\s+)?([\d.]+(?:px|pt|em)?)(?:/\S+)?\s+(.+)"
)
#: ``fill="url(https://…)"`` would make a request; nh3 looks at addresses in ``href`` and ``src`` only.
_FOREIGN_URL = re.compile(r"\s[\w:-]+=\"[^\"]*url\(\s*(?!#)[^\"]*\"", re.IGNORECASE)
#: ``<use>`` may repeat a part of the same drawing, nothing else.
_FOREIGN_USE = re.compile(r"(<use\b[^>]*?)\s(?:xlink:)?href=\"(?!#)[^\"]*\"", re.IGNORECASE)
_ENTITY_QUOTE = re.compile(r"&quot;|&#34;|&#39;|&apos;|'")


def clean_block(html: str) -> str:
    """HTML from a cell's output or a raw block, made safe; drawings (SVG) are kept, pictures by address are not.

    Parameters
    ----------
    html
        Any HTML fragment.

    Returns
    -------
    str
        The same with everything outside the lists removed.
    """
    return _FOREIGN_USE.sub(r"\1", _FOREIGN_URL.sub("", _BLOCK.clean(presentation(html))))


def clean_body(html: str) -> str:
    """A chapter's whole HTML as pandoc wrote it, made safe. Drawings are set in afterwards by :func:`clean_block`."""
    return _BODY.clean(html)


def presentation(html: str) -> str:
    """``style="fill: …"`` as presentation attributes; what is no presentation of a drawing is dropped."""
    return _STYLE.sub(lambda m: _attributes(m[1] if m[1] is not None else m[2]), html)


@lru_cache(maxsize=4096)
def _attributes(style: str) -> str:
    found: dict[str, str] = {}
    for declaration in _ENTITY_QUOTE.sub("'", style).split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip().replace("'", "")
        if name == "font" and (font := _FONT.fullmatch(value)):
            slant, weight, size, family = font.groups()
            found |= {"font-size": size, "font-family": family}
            found |= {"font-style": slant} if slant else {}
            found |= {"font-weight": weight} if weight else {}
        elif name in _PRESENTATION and _SAFE_VALUE.fullmatch(value):
            found[name] = value
    return "".join(f' {name}="{value}"' for name, value in found.items())


def url_problem(url: str, *, image: bool = False) -> str | None:
    """Why an address may not be used, as a German phrase; None when it may.

    Parameters
    ----------
    url
        Address as written.
    image
        Pictures must lie beside the chapter: nothing is fetched when a page is read.
    """
    if any(ord(character) < 32 for character in url):
        return "enthält Steuerzeichen"
    try:
        parts = urlsplit(url.replace("\\", "/"))
    except ValueError:
        return "ist keine gültige Adresse"
    if image:
        if parts.scheme or parts.netloc:
            return "liegt nicht beim Kapitel, sondern im Netz"
        if parts.path.startswith("/"):
            return "ist ein absoluter Pfad"
        if ".." in parts.path.split("/"):
            return "verlässt den Ordner des Kapitels"
        return None
    if parts.scheme and parts.scheme.lower() not in _SCHEMES:
        return f"verwendet das nicht erlaubte Schema „{parts.scheme}:“"
    return None
