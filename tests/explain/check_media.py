"""Looks at explain's pages as printed, and steps through one with and without movement.

usage: check_media.py FOLDER CHROMIUM
Skipped where there is no Chromium.
"""
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from browser import Browser  # noqa: E402
from skip import skip  # noqa: E402

CHECKS = (HERE / "page_checks.js").read_text()
PAPER = (794, 1123)  # A4 at 96 pixels an inch
ARROW_RIGHT = 39
HIDDEN = "[...document.querySelectorAll('{}')].filter(e => !visible(e)).map(describe)"
SHOWN = "[...document.querySelectorAll('{}')].filter(visible).map(describe)"
# How often what the page says of the outputs changes in 1.5 seconds.
CHANGES = """new Promise(done => {
  let count = 0;
  const watch = new MutationObserver(() => ++count);
  watch.observe(document.querySelector('#readout'), {childList: true, characterData: true, subtree: true});
  setTimeout(() => { watch.disconnect(); done(count); }, 1500);
})"""


def open_page(browser, page):
    browser.open(page)
    browser.wait(f"location.href === '{page.resolve().as_uri()}' && document.readyState === 'complete'")
    browser.value(f"{CHECKS}; globalThis.checks = {{overlaps, contrast}}; 0")


def check_print(browser, page):
    """Paper has all panels, and nothing that only a screen has; ink is dark for dark screens too."""
    browser.media("print", color_scheme="dark")
    open_page(browser, page)
    for selector in (".panel", ".box:not(.inner)"):
        hidden = browser.value(HIDDEN.format(selector))
        assert hidden == [], (page.name, hidden[:5])
    shown = browser.value(SHOWN.format("button, input, .bar, .readout"))
    assert shown == [], (page.name, shown[:5])
    contrast = browser.value("checks.contrast(document)")
    assert contrast[0] >= 4.5, (page.name, contrast)
    overlaps = browser.value("checks.overlaps(document)")
    assert overlaps == [], (page.name, overlaps[:5])
    ground = browser.value("getComputedStyle(document.body).backgroundColor")
    assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"), (page.name, ground)
    panels = browser.value("document.querySelectorAll('.panel').length")
    print(f"{page.name}: {panels} panels on paper, contrast {contrast[0]:.2f}", flush=True)


def movement(browser, page, preference):
    """Animations that begin when stations are shown, and changes of the readout after it."""
    browser.media(reduced_motion=preference)
    open_page(browser, page)
    browser.value("globalThis.moves = 0; for (const kind of ['animationstart', 'transitionrun']) "
                  "document.addEventListener(kind, () => ++moves)")
    for _ in range(2):
        browser.key("ArrowRight", ARROW_RIGHT)
    changes = browser.value(CHANGES)
    return browser.value("moves"), changes


def main():
    folder, chromium = pathlib.Path(sys.argv[1]), sys.argv[2]
    if not os.access(chromium, os.X_OK):
        skip("package", "no Chromium is installed (chromium)")
    with Browser(chromium) as browser:
        browser.call("Emulation.setDeviceMetricsOverride", width=PAPER[0], height=PAPER[1],
                     deviceScaleFactor=1, mobile=False)
        for name in ("slide", "graph_attention", "graph_rnn", "graph_lenet_digit"):
            check_print(browser, folder / f"{name}.html")
        moving = movement(browser, folder / "slide.html", "no-preference")
        still = movement(browser, folder / "slide.html", "reduce")
        print(f"animations and changes {moving}, with reduced motion {still}")
        assert min(moving) > 0 and still == (0, 0), (moving, still)


main()
