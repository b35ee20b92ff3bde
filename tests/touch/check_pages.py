"""Opens the pages of touch_pages in a browser, offline, and changes numbers as users do.

usage: check_pages.py FOLDER CHROMIUM
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from browser import Browser  # noqa: E402

MOST_BYTES = {"slide": 700_000}
MOST_MS = {"slide": 5, "lenet": 50}
TAB = 9
ARROW_UP = 38

# The median of recomputing everything and changing the page, in milliseconds; with `laidOut`, also
# of the browser's layout, which depends on its fonts.
MEASURE = """((laidOut) => {
  const [leaf, times] = [program.input, []];
  const before = engine.get(leaf, 0);
  for (let i = 0; i < 60; ++i) {
    const begin = performance.now();
    change(leaf, 0, before + i / 100);
    if (laidOut) document.body.offsetHeight;
    times.push(performance.now() - begin);
  }
  change(leaf, 0, before);
  return times.sort((a, b) => a - b)[30];
})"""
GRADIENT = """(() => {
  const expected = elements(program.gradient);
  const largest = Math.max(...expected.map(Math.abs), 1e-30);
  return Math.max(...engine.gradient(program.input).map((g, i) =>
    Math.abs(g - expected[i]) / largest));
})()"""


def require(holds, text):
    if not holds:
        raise SystemExit(f"FAILED: {text}")
    print(f"  {text}")


def check(browser, path):
    name = path.stem
    print(path.name)
    size = path.stat().st_size
    require(size <= MOST_BYTES.get(name, 2_000_000), f"{size:,} bytes")
    browser.open(path)
    browser.wait("document.body?.dataset.ready === 'yes' || "
                 "document.getElementById('stamp')?.className === 'bad'")
    stamp = browser.value("byId('stamp').textContent")
    require(browser.value("byId('stamp').className") == "good", stamp)
    require(browser.value("performance.getEntriesByType('resource').length") == 0,
            "loads no other file")
    loss = browser.value("engine.value(program.output)[0]")
    native = browser.value("Number(program.loss)")
    require(abs(loss - native) <= 1e-6 * max(1, abs(native)), f"loss {loss} here, {native} native")
    difference = browser.value(GRADIENT)
    require(difference <= 1e-5, f"gradient within {difference:.1e} of the native one")
    print(f"  {browser.value(MEASURE + '(true)'):.2f} ms for a change with the browser's layout")
    median = browser.value(MEASURE + "(false)")
    require(median <= MOST_MS.get(name, 50), f"{median:.2f} ms for a change, in the median")

    # by keyboard alone
    browser.value("document.activeElement.blur()")
    for _ in range(10):
        browser.key("Tab", TAB)
        if browser.value("document.activeElement.getAttribute('role') === 'spinbutton'"):
            break
    number = browser.value("Number(document.activeElement.getAttribute('aria-valuenow'))")
    browser.key("ArrowUp", ARROW_UP)
    after = browser.value("Number(document.activeElement.getAttribute('aria-valuenow'))")
    require(after != number, f"the arrow keys change {number:.4g} to {after:.4g}")
    browser.value("byId('restart').click()")
    require(browser.value("engine.value(program.output)[0]") == loss, "it starts again")
    for _ in range(5):
        browser.value("byId('step').click()")
    trained = browser.value("engine.value(program.output)[0]")
    require(trained < loss, f"5 steps of descent lead from {loss:.4g} to {trained:.4g}")
    browser.value("byId('restart').click()")

    for width, height in ((1280, 900), (390, 844)):
        browser.picture(path.with_suffix(f".{width}.png"), width, height)
        seen = browser.value("document.documentElement.scrollWidth")
        require(seen <= width, f"{seen} px wide in a window of {width}")


def main(folder, program):
    pages = sorted(pathlib.Path(folder).glob("*.html"))
    require(pages, f"{len(pages)} pages")
    for path in pages:
        with Browser(program) as browser:
            check(browser, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
