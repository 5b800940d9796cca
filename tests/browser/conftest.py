"""A browser for tests: Debian's chromium through Playwright, the report as files and from a server."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from report_pages import OpenPage

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker for all browser tests: they share a browser and a server."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("chromium ist nicht installiert (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def area(demo_report: Path) -> str:
    """Folder of an area's volume."""
    return next(p.parent.name for p in sorted(demo_report.glob("*/profil.html")))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def server(demo_report: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the report on a server of its own, in a folder below the root, as municipalities publish it."""
    root = tmp_path_factory.mktemp("netz")
    (root / "soziales").symlink_to(demo_report, target_is_directory=True)
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(root)))
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}/soziales/"
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def open_page(browser: Browser, demo_report: Path, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Open pages of the report; what the browser complains about or asks of others fails the test at its end."""
    contexts = []
    complaints: list[str] = []

    def opened(path: str, width: int = 1280, dark: bool = False, server: bool = False, javascript: bool = True) -> Page:
        base = str(request.getfixturevalue("server")) if server else demo_report.as_uri() + "/"
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 500 else 900},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith((base, "data:")) else complaints.append(r.url))
        page.goto(base + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
