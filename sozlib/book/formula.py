"""Formulas in words: PDF/UA wants a text beside every formula, and a listener wants to understand it.

Only what the reports' method notes use is spoken well; anything else is read as it is written.
"""

from __future__ import annotations

import re

_WORDS = {
    r"\pm": " plus minus ",
    r"\cdot": " mal ",
    r"\times": " mal ",
    r"\sum": " Summe ",
    r"\leq": " kleiner oder gleich ",
    r"\le": " kleiner oder gleich ",
    r"\geq": " größer oder gleich ",
    r"\ge": " größer oder gleich ",
    r"\neq": " ungleich ",
    r"\approx": " ungefähr gleich ",
    r"\infty": " unendlich ",
    r"\alpha": " Alpha ",
    r"\beta": " Beta ",
    r"\chi": " Chi ",
    r"\mu": " My ",
    r"\sigma": " Sigma ",
    r"\lambda": " Lambda ",
    r"\Delta": " Delta ",
    r"\ln": " natürlicher Logarithmus von ",
    r"\log": " Logarithmus von ",
    r"\quad": " ",
    r"\%": " Prozent ",
    r"\left": "",
    r"\right": "",
}
_ARGUMENT = r"\{((?:[^{}]|\{[^{}]*\})*)\}"


def spoken(tex: str) -> str:
    r"""A TeX formula as a German phrase.

    Examples
    --------
    >>> spoken(r"\frac{x}{n} \pm 1{,}96")
    'x geteilt durch n plus minus 1,96'
    """
    words = re.sub(r"(\d)\{,\}(\d)", r"\1,\2", tex)
    for _ in range(4):
        words = re.sub(r"\\d?frac" + _ARGUMENT + _ARGUMENT, _fraction, words)
        words = re.sub(r"\\sqrt" + _ARGUMENT, r" Wurzel aus (\1) ", words)
        words = re.sub(r"\\(?:text|mathrm|operatorname|mathit)" + _ARGUMENT, r" \1 ", words)
        words = re.sub(r"\\(?:hat|widehat)\s*(?:" + _ARGUMENT + r"|(\w))", r" \1\2 Dach ", words)
        words = re.sub(r"\\bar\s*(?:" + _ARGUMENT + r"|(\w))", r" \1\2 quer ", words)
        words = re.sub(r"\^(?:" + _ARGUMENT + r"|(\w))", r" hoch \1\2 ", words)
        words = re.sub(r"_(?:" + _ARGUMENT + r"|(\w))", r" Index \1\2 ", words)
    for sign, word in sorted(_WORDS.items(), key=lambda item: -len(item[0])):
        words = words.replace(sign, word)
    words = re.sub(r"\\[,;:! ]", " ", words).replace("\\", " ").replace("{", " ").replace("}", " ")
    words = words.replace("=", " gleich ").replace("+", " plus ")
    words = words.replace("<", " kleiner als ").replace(">", " größer als ")
    words = re.sub(r"(?<=[\w)\s])-(?=[\w(\s])", " minus ", words).replace("−", " minus ")
    return re.sub(r"\( (.*?) \)", r"(\1)", " ".join(words.split()))


def _fraction(match: re.Match[str]) -> str:
    above, below = (f"({part})" if len(part.strip()) > 1 else part for part in match.groups())
    return f" {above} geteilt durch {below} "
