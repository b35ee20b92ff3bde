"""Opens explain's pages in headless Chromium, clicks on every arrow and looks at what is shown.

usage: check_pages.py FOLDER CHROMIUM
Skipped where there is no Chromium.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from skip import skip

# Put at the end of a copy of the page; the page itself has no scripts.
CLICKS = """<script>
const shown = () => [...document.querySelectorAll('.step')]
  .filter(s => getComputedStyle(s).display !== 'none').map(s => s.id);
const report = {first: shown(), clicks: [], fractions: 0};
for (const arrow of document.querySelectorAll('svg a')) {
  arrow.querySelector('text').dispatchEvent(new MouseEvent('click', {bubbles: true}));
  const panel = document.querySelector(arrow.getAttribute('href'));
  const matrix = panel.querySelector('table.matrix, svg.heat');
  report.clicks.push({wanted: panel.id, shown: shown(),
    width: parseFloat(getComputedStyle(arrow.querySelector('.line')).strokeWidth),
    drawn: matrix ? matrix.getBoundingClientRect().height : 0,
    hint: !!panel.querySelector('.hint'),
    cells: [...panel.querySelectorAll('td')].map(c => c.textContent)});
}
const boxes = [...document.querySelectorAll('.graph svg rect')];
report.boxes = boxes.filter(b => b.getBoundingClientRect().height > 0).length;
report.fractions = [...document.querySelectorAll('mfrac')]
  .filter(f => f.firstElementChild.getBoundingClientRect().bottom
            <= f.lastElementChild.getBoundingClientRect().top + 2
            || getComputedStyle(f.closest('section') || f).display === 'none').length;
report.all_fractions = document.querySelectorAll('mfrac').length;
document.body.innerHTML = '<pre id="report">' + btoa(JSON.stringify(report)) + '</pre>';
</script>"""


def report_of(chromium, page):
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, page.name)
        copy.write_text(page.read_text().replace("</body>", CLICKS + "</body>"))
        dom = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + folder,
             "--virtual-time-budget=5000", "--dump-dom", copy.as_uri()],
            capture_output=True, text=True, timeout=120).stdout
    found = re.search(r'<pre id="report">([^<]*)</pre>', dom)
    assert found, f"{page.name}: the page's scripts did not run\n{dom[-2000:]}"
    return json.loads(__import__("base64").b64decode(found[1]))


def main():
    folder, chromium = pathlib.Path(sys.argv[1]), sys.argv[2]
    if not os.access(chromium, os.X_OK):
        skip("package", "no Chromium is installed (chromium)")
    pages = sorted(folder.glob("*.html"))
    assert len(pages) == 4, pages
    reports = {}
    for page in pages:
        text = page.read_text()
        assert "<script" not in text and not re.search(r"(src|href)=\"(?!#)", text), page
        report = reports[page.stem] = report_of(chromium, page)
        assert report["first"] == [], report["first"]
        assert report["clicks"] and report["boxes"] > 1, report
        assert report["fractions"] == report["all_fractions"] > 0, report
        for click in report["clicks"]:
            assert click["shown"] == [click["wanted"]], click
            assert click["width"] > 2, click  # the arrow is marked
            assert click["drawn"] > 0 or click["hint"], click
        print(f"{page.name}: {report['boxes']} boxes, {len(report['clicks'])} arrows clicked")
    assert reports["slide"]["clicks"][0]["cells"] == (
        "0 x1 x2 x3 x4 x1 x2 x3 x4 x5 x2 x3 x4 x5 0".split()), reports["slide"]
    assert len(reports["paths"]["clicks"]) == 7


main()
