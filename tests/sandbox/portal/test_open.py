"""`plumb sandbox open`: from the terminal to the page."""

import stat
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scripts.exit import Exit
from scripts.local import sandbox as sandboxes
from scripts.local.command import app
from tests.sandbox.running import RunningSandbox


def opened(sandbox: RunningSandbox) -> str:
    answer = CliRunner().invoke(app, ["open", "--dir", str(sandbox.folder)])
    assert answer.exit_code == Exit.YES
    return answer.stdout.strip()


def test_the_link_leads_to_the_page_once(sandbox: RunningSandbox) -> None:
    link = opened(sandbox)
    assert link.startswith(f"{sandbox.description['portal']}?token=")
    browser = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor()
    )
    with browser.open(link) as door:
        place = door.read().decode().partition('href="/_portal/')[2].partition('"')[0]
    with browser.open(sandbox.description["portal"] + place) as page:
        assert "Needs attention" in page.read().decode()
    with pytest.raises(urllib.error.HTTPError) as refusal:
        browser.open(link)
    assert refusal.value.code == 401
    refusal.value.close()


def test_without_a_sandbox_one_line_says_what_to_run(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["open", "--dir", str(tmp_path)])
    assert (answer.exit_code, answer.stdout) == (Exit.NOT_REACHED, "")
    assert "Fix:" in answer.stderr


def test_no_browser_is_started_where_there_is_no_desktop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in sandboxes.DESKTOP:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("webbrowser.open", lambda _: pytest.fail("a browser was started"))
    assert not sandboxes.browse(tmp_path, "http://127.0.0.1/x")
    assert list(tmp_path.iterdir()) == []


def test_a_browser_is_told_a_file_and_not_the_ticket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr("webbrowser.open", lambda link: not told.append(link))
    (tmp_path / "open.html").write_text("of last time")
    assert sandboxes.browse(tmp_path, "http://127.0.0.1/?token=sesame")
    door = tmp_path / "open.html"
    assert told == [door.as_uri()]
    assert "sesame" in door.read_text()
    assert stat.S_IMODE(door.stat().st_mode) == 0o600
