"""Opens explain's pages in headless Chromium, at three widths, light and dark, and looks at them.

usage: check_pages.py FOLDER CHROMIUM
Skipped where there is no Chromium. page_checks.js has the checks that run in the page.
"""
import base64
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from skip import skip

VIEWS = [(width, scheme) for width in (1400, 700, 390) for scheme in ("light", "dark")]
MOST_BYTES = 1_000_000
CHECKS = pathlib.Path(__file__).with_name("page_checks.js").read_text()

# Frames of each width and scheme, and one without scripts. They are of the same origin, so that the
# checks can look into them.
HARNESS = """<!DOCTYPE html><meta charset="utf-8"><body><script>{checks}</script><script>
const source = new TextDecoder().decode(Uint8Array.from(atob('{page}'), c => c.charCodeAt(0)));
const views = {views};
const frame = (width, scheme, scripts) => new Promise(done => {{
  const f = document.createElement('iframe');
  f.style.cssText = `width:${{width}}px;height:900px;border:0;color-scheme:${{scheme}}`;
  if (!scripts) f.sandbox = 'allow-same-origin';
  f.onload = () => done(f);
  f.srcdoc = source;
  document.body.append(f);
}});
(async () => {{
  const report = {{views: {{}}}};
  try {{
    for (const [width, scheme] of views) {{
      const f = await frame(width, scheme, true);
      const whole = width === views[0][0] && scheme === 'light';
      report.views[`${{width}} ${{scheme}}`] = look(f.contentDocument, whole);
      f.remove();
    }}
    const plain = (await frame(1400, 'light', false)).contentDocument;
    report.plain = {{shown: [...plain.querySelectorAll('.panel')].filter(visible).map(p => p.id),
                    overlaps: overlaps(plain), bars: [...plain.querySelectorAll('.bar')].filter(visible).length}};
  }} catch (error) {{ report.error = String(error.stack); }}
  const bytes = new TextEncoder().encode(JSON.stringify(report));
  document.body.innerHTML = '<pre id="report">' + btoa(Array.from(bytes, b => String.fromCharCode(b)).join('')) + '</pre>';
}})();
</script></body>"""


def report_of(chromium, page):
    with tempfile.TemporaryDirectory() as folder:
        harness = pathlib.Path(folder, "harness.html")
        text = base64.b64encode(page.read_bytes()).decode()
        harness.write_text(HARNESS.format(checks=CHECKS, page=text, views=json.dumps(VIEWS)))
        dom = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + folder,
             "--window-size=1500,1000", "--virtual-time-budget=20000", "--dump-dom",
             harness.as_uri()], capture_output=True, text=True, timeout=240).stdout
    found = re.search(r'<pre id="report">([^<]*)</pre>', dom)
    assert found, f"{page.name}: the checks did not end\n{dom[-2000:]}"
    report = json.loads(base64.b64decode(found[1]))
    assert "error" not in report, report["error"]
    return report


def agrees(text, value):
    """Whether a text is the value with three or four digits, or without a fraction if large."""
    if math.isnan(value):
        return math.isnan(float(text))
    roundings = [f"{value:.3g}", f"{value:.4g}"] + ([f"{value:.0f}"] if abs(value) >= 999.5 else [])
    return float(text) in map(float, roundings)


def compare_numbers(page, numbers):
    """Compares each number that is shown with the engine's; returns how many there are."""
    engine = json.loads(page.with_suffix(".json").read_text())
    entries = {tuple(entry[:3]): entry[3] for entry in engine["entries"]}
    count = 0
    for name, lists in numbers["values"].items():
        wanted = engine["values"][name]
        for texts in lists:
            assert len(texts) == len(wanted), (page.name, name, texts)
            for text, value in zip(texts, wanted):
                assert agrees(text, value), (page.name, name, text, value)
                count += 1
    for kind, first, second, text, *more in numbers["entries"]:
        if kind in "gv":
            value = engine["values"][first + kind][second]
        else:
            value = entries.get((int(kind), first, second), 0)
            token, cell = more
            if token:  # a named element: the entry is 1, -1, 2 or -2 times its value
                tensor, element = token.split(".")
                named = engine["values"][tensor + "v"][int(element)]
                assert any(abs(named * f - value) <= 1e-6 * abs(value) for f in (1, -1, 2, -2)), \
                    (page.name, first, second, token)
            else:
                assert agrees(cell, value), (page.name, kind, first, second, cell, value)
        assert agrees(text, value), (page.name, kind, first, second, text, value)
        count += 1
    return count


def check(page, report):
    for view, found in report["views"].items():
        where = f"{page.name} at {view}"
        assert found["overlaps"] == [], f"{where}: {found['overlaps'][:5]}"
        assert found["leaves"] == [], f"{where}: {found['leaves'][:5]}"
        assert found["contrast"][0] >= 4.5, f"{where}: {found['contrast']}"
        assert found["panels"] > 2, where
    whole = next(iter(report["views"].values()))
    assert whole["accessibility"] == [], f"{page.name}: {whole['accessibility'][:5]}"
    assert whole["focus"] == [], f"{page.name}: {whole['focus'][:5]}"
    keys, boxes = whole["keyboard"], whole["keyboard"]["boxes"]
    forward = [[box, i + 1, "Forward,"] for i, box in enumerate(boxes)]
    backward = [[box, len(boxes), "Backward,"] for box in reversed(boxes)]
    assert keys["seen"] == forward + backward and keys["after"] == 0, (page.name, keys)
    assert keys["moved"] in ([], ["TH", "TD", "TH"]), (page.name, keys)
    assert report["plain"] == {"shown": ["step0"], "overlaps": [], "bars": 0}, (page.name, report["plain"])
    return whole


def main():
    folder, chromium = pathlib.Path(sys.argv[1]), sys.argv[2]
    if not os.access(chromium, os.X_OK):
        skip("package", "no Chromium is installed (chromium)")
    pages = sorted(folder.glob("*.html"))
    assert len(pages) == 16, pages
    chosen = sys.argv[3:]
    for page in pages:
        if chosen and page.stem not in chosen:
            continue
        text = page.read_text()
        assert not re.search(r"(src|href)=\"(?!#)|url\((?!data:)|https?:(?!//www.w3.org/)", text), page
        assert len(text) <= MOST_BYTES, f"{page.name}: {len(text)} bytes"
        report = report_of(chromium, page)
        whole = check(page, report)
        least = min(view["contrast"][0] for view in report["views"].values())
        shown = ""
        if page.with_suffix(".json").exists():
            last = whole["trained"] or whole
            shown = f", {compare_numbers(page, last['numbers'])} numbers"
        if page.stem == "trained":
            losses = whole["trained"]["losses"]
            assert len(losses) == 41 and losses[-1] < 1e-6 < losses[0], losses
        inner = sum(fold[1] - fold[0] for fold in whole["folds"] if len(fold) == 3)
        assert whole["folded"] == inner and (inner > 0 or page.stem != "graph_rnn"), page
        assert all(hidden > 0 for hidden in whole["modules"]), page
        assert (len(whole["modules"]) > 0) == (page.stem == "graph_resnet_block"), page
        if page.stem in ("graph_pool", "graph_lenet_digit"):
            assert whole["won"] > 0, page
        print(f"{page.name}: {whole['panels']} panels in {len(VIEWS)} views, {len(text)} bytes, "
              f"contrast {least:.2f}, {whole.get('linked', 0)} linked cells, "
              f"{whole.get('slid', 0)} outputs{shown}", flush=True)


main()
