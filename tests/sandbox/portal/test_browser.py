"""The page as a browser draws it: a wide screen and a phone, light and dark."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from sandbox import managed_identity
from sandbox.faults import Fault, Faults
from sandbox.portal.routes import routes
from tests.sandbox.core.cloud import ACCOUNT, Cloud
from tests.sandbox.portal.browser import NAMES, Browser, chromium, installed

PROGRAM = installed()
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason=f"no Chromium on PATH ({', '.join(NAMES)}); .ci/run installs one"
)

SCREENS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark"), (320, "light")]

FAINT = """
(() => {
  const parsed = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((each) => {
      const part = each / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (each) => {
    for (; each; each = each.parentElement) {
      const colour = parsed(getComputedStyle(each).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const each = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !each.checkVisibility() || each.closest("svg")) continue;
    const pair = [parsed(getComputedStyle(each).color), behind(each)].map(light);
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) faint.add(`${texts.currentNode.data.trim().slice(0, 30)} ${ratio.toFixed(1)}`);
  }
  return [...faint];
})()
"""
"""Text with less contrast to what is behind it than WCAG's AA asks."""

WIDER = """
[...document.querySelectorAll("main *")]
  .filter((each) => each.checkVisibility() && !each.closest(".hidden, thead, svg"))
  .filter((each) => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((each) => each.tagName + " " + each.textContent.trim().slice(0, 30))
"""

PATHS = [
    *("", "requests", "deployments", "resources?group=rg-test"),
    *(f"resource?id={ACCOUNT}", "resource?id=none"),
]

RENEWED = """
new Promise((done) => {
  const watched = document.getElementById("%s");
  new MutationObserver(() => done(true)).observe(watched, { childList: true });
  document.dispatchEvent(new Event("visibilitychange"));
})
"""


FOCUSED = "document.activeElement.textContent"


def press(browser: Browser, key: str) -> None:
    """One key, down and up."""
    code = {"Tab": 9, "Enter": 13}[key]
    text = {"text": "\r"} if key == "Enter" else {}
    for kind in ("keyDown", "keyUp"):
        browser.tell(
            "Input.dispatchKeyEvent",
            type=kind,
            key=key,
            code=key,
            windowsVirtualKeyCode=code,
            **text,
        )


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert PROGRAM is not None
    with chromium(PROGRAM, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def address(cloud: Cloud) -> Iterator[str]:
    """The listener that the page is on, over a socket."""
    app = managed_identity.app(cloud.around, routes(cloud.around))
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="critical", lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def browser(started: Browser) -> Iterator[Browser]:
    started.complaints.clear()
    yield started
    assert started.complaints == []


@pytest.fixture
def here(browser: Browser, cloud: Cloud, address: str) -> str:
    """Let in, as `plumb sandbox open` does it: the link leads on by itself."""
    browser.look(width=1280, scheme="light")
    inside = f"{address}/_portal/{cloud.around.sessions.place}/"
    browser.go(f"{address}/_portal/?token={cloud.around.sessions.ticket()}", to=inside)
    return inside


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_readable_and_no_wider_than_the_screen(
    browser: Browser, here: str, width: int, scheme: str, path: str
) -> None:
    browser.look(width=width, scheme=scheme)
    browser.go(here + path)
    browser.ask("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert browser.ask("document.documentElement.scrollWidth <= innerWidth")
    assert browser.ask(WIDER) == []
    assert browser.ask(FAINT) == []
    if path == "resource?id=none":  # a 404 is noted by the browser, as it should be
        browser.complaints.clear()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_overview_shows_what_matters(
    browser: Browser, here: str, width: int, scheme: str, tmp_path: Path
) -> None:
    browser.look(width=width, scheme=scheme)
    browser.go(here)
    seen = browser.ask("document.body.innerText")
    for each in ("Needs attention", "chat-v3", "25 %", "candidate", "429", "RequestConflict"):
        assert each in seen
    drawn = "[...document.querySelectorAll('.bar .fill')].every((each) => each.getBBox().width > 0)"
    assert browser.ask(drawn)
    browser.picture(tmp_path / "page.png")


def test_dark_is_dark(browser: Browser, here: str) -> None:
    papers = []
    for scheme in ("light", "dark"):
        browser.look(width=800, scheme=scheme)
        browser.go(here)
        papers.append(browser.ask("getComputedStyle(document.body).backgroundColor"))
    assert papers == ["rgb(246, 247, 249)", "rgb(15, 18, 22)"]


def test_the_door_is_drawn_too(browser: Browser, address: str) -> None:
    browser.look(width=390, scheme="dark")
    browser.go(f"{address}/")
    assert "plumb sandbox open" in browser.ask("document.body.innerText")
    assert browser.ask("document.documentElement.scrollWidth <= innerWidth")
    assert browser.ask(FAINT) == []
    browser.complaints.clear()  # the 401 itself


def test_the_tab_key_goes_through_the_page_from_its_content_on(browser: Browser, here: str) -> None:
    browser.look(width=1280, scheme="light")
    browser.go(here)
    press(browser, "Tab")
    assert browser.ask(FOCUSED) == "Skip to content"
    press(browser, "Enter")
    press(browser, "Tab")
    assert browser.ask("document.querySelector('main').contains(document.activeElement)")
    links = "[...document.querySelectorAll('main a, main summary')]"
    assert browser.ask(f"{links}.every((each) => each.tabIndex === 0)")


def test_the_page_renews_itself_and_what_was_opened_stays_open(
    browser: Browser, here: str, cloud: Cloud
) -> None:
    browser.go(here)
    browser.ask("document.querySelector('details.group').open = true")
    browser.ask("document.querySelector('main .tiles a').focus()")
    Faults(cloud.around.store).add(Fault(status=503, code="ServiceUnavailable"))
    assert browser.ask(RENEWED % "main")
    assert "Fault 1 is on" in browser.ask("document.body.innerText")
    assert browser.ask("document.querySelector('details.group').open")
    assert browser.ask("document.activeElement.matches('.tiles a')")


def test_a_paused_page_stays_as_it_is(browser: Browser, here: str) -> None:
    browser.go(here)
    browser.ask("document.getElementById('pause').click()")
    browser.ask("window.fetch = () => { throw new Error('asked') }")
    browser.ask("document.dispatchEvent(new Event('visibilitychange'))")
    assert browser.ask("document.getElementById('told').textContent") == ""
    assert browser.ask("document.getElementById('pause').getAttribute('aria-pressed')") == "true"


def test_a_sandbox_that_went_away_is_said(browser: Browser, here: str) -> None:
    browser.go(here)
    browser.ask("window.fetch = () => Promise.reject(new TypeError('gone'))")
    assert browser.ask(RENEWED % "told")
    assert "No answer since" in browser.ask("document.getElementById('told').textContent")


def test_without_script_the_page_reloads_itself(browser: Browser, here: str) -> None:
    browser.look(width=1280, scheme="light", script=False)
    browser.go(here)
    browser.look(width=1280, scheme="light")
    assert browser.ask("document.querySelector('noscript > meta')?.httpEquiv") == "refresh"
    assert browser.ask("document.getElementById('pause').hidden")
    assert "Needs attention" in browser.ask("document.body.innerText")


def test_no_script_reads_the_cookie(browser: Browser, here: str) -> None:
    assert browser.ask("document.cookie") == ""


def test_on_paper_there_is_all_and_nothing_to_press(browser: Browser, here: str) -> None:
    browser.go(here)
    browser.ask("dispatchEvent(new Event('beforeprint'))")
    browser.tell("Emulation.setEmulatedMedia", media="print")
    shown = "[...document.querySelectorAll('{}')].filter((each) => each.checkVisibility()).length"
    assert browser.ask(shown.format("button, .tiles")) == 0
    assert browser.ask(shown.format("details.group table")) > 0
    browser.tell("Emulation.setEmulatedMedia", media="")
