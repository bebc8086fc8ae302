"""The page as a person fills it in, in a browser."""

import csv
import io

import pytest

from scripts.evaluate.review.page import page
from scripts.evaluate.review.ratings import read
from tests.evaluate.review.test_sheet import KEY, ROWS
from tests.sandbox.portal.browser import NAMES, chromium, installed

PROGRAM = installed()
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason=f"no Chromium on PATH ({', '.join(NAMES)}); .ci/run installs one"
)

SAVED = """
new Promise((resolve) => {
  const bytes = (blob) => blob.arrayBuffer().then((found) => resolve([...new Uint8Array(found)]));
  URL.createObjectURL = (blob) => { bytes(blob); return "blob:x"; };
  HTMLAnchorElement.prototype.click = () => {};
  document.getElementById("save").click();
})
"""
"""What would be saved, as bytes."""


def test_what_is_ticked_on_the_page_is_what_is_imported(tmp_path):
    (tmp_path / "page.html").write_text(page(KEY.sheet, ROWS), encoding="utf-8")
    with chromium(PROGRAM, tmp_path / "profile") as browser:
        browser.go((tmp_path / "page.html").as_uri())
        assert browser.ask("document.getElementById('left').textContent") == "6 of 6 left"
        for number, good in enumerate(("yes", "no", "?", "yes", "no", "yes"), start=1):
            browser.ask(f"document.querySelector('[name=good-{number}][value=\"{good}\"]').click()")
        browser.ask("document.querySelector('[name=comment-2]').value = '=1+1, \"so\"'")
        assert browser.ask("document.getElementById('left').textContent") == "all rated"
        saved = bytes(browser.ask(SAVED))
        assert browser.complaints == []
    goods = ["good", "bad", None, "good", "bad", "good"]
    assert list(read(saved, KEY, "saved").values()) == goods
    lines = list(csv.DictReader(io.StringIO(saved.decode("utf-8-sig"), newline="")))
    assert lines[1]["comment"] == '\'=1+1, "so"'
