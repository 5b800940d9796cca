"""Where other chapters of the report are, seen from a chapter.

Every volume has a folder beside the others, so an address goes one step up. The assembler drops a link whose page is
not part of the build at hand.
"""

from __future__ import annotations

from sozlib.chapter.context import Context

_OVERALL = "ueberblick"


def profile_address(context: Context, area: str) -> str:
    """Address of an area's profile, the first chapter of its volume; "" where there is none."""
    chapters = context.report["volumes"]["area"]["chapters"]
    if not chapters or chapters[0].get("for_each"):
        return ""
    return f"../{context.all_areas[area].slug}/{_slug(chapters[0])}.html"


def overall_address(context: Context, template: str) -> str:
    """Address of the overall chapter made from a template ("overall/monitor"); "" where there is none."""
    for chapter in context.report["volumes"]["overall"]["chapters"]:
        if chapter["template"] == template:
            return f"../{_OVERALL}/{_slug(chapter)}.html"
    return ""


def _slug(chapter: dict[str, str]) -> str:
    return chapter.get("slug") or chapter["template"].rsplit("/", 1)[-1]
