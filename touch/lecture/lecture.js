// The pages of the lectures: arrow keys turn them, and the slide's numbers are compared with what
// the engine computes here, or with what the tutorial prints.
(() => {
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  // Numbers, sliders and texts that scroll have arrow keys of their own.
  if (event.target.closest("input, pre, [role=spinbutton]")) return;
  const way = {ArrowLeft: "prev", ArrowRight: "next"}[event.key];
  const link = way && document.querySelector(`a[rel=${way}]`);
  if (link) link.click();
});

const data = document.getElementById("slide");
if (!data) return;
const blocks = JSON.parse(data.textContent);

// Rows below a heading of the output, or beside it, as check_slides.py reads them.
function rowsUnder(headings, output) {
  const lines = output.textContent.split("\n");
  let at = -1;
  let beside = [];
  for (const heading of headings.split(" | ")) {
    const words = heading.split(" ");
    const wordsOf = (line) => line.trim().split(/\s+/);
    do ++at;
    while (at < lines.length && (lines[at][0] === " " || wordsOf(lines[at]).slice(0, words.length).join(" ") !== heading));
    if (at >= lines.length) return [];
    beside = wordsOf(lines[at]).slice(words.length);
  }
  let last = at + 1;
  while (last < lines.length && lines[last][0] === " ") ++last;
  const below = lines.slice(at + 1, last).map((line) => line.trim().replace(/\s+/g, " "));
  mark(at, last);
  return below.length ? below : [beside.join(" ")];
}

// Lines of the output from `first` to before `last` are the slide's.
const marked = new Set();
function mark(first, last) {
  for (let at = first; at < last; ++at) marked.add(at);
}

function showMarks(output) {
  output.replaceChildren(...output.textContent.split("\n").flatMap((line, at) => {
    const node = document.createElement(marked.has(at) ? "mark" : "span");
    node.textContent = line;
    return [node, "\n"];
  }).slice(0, -1));
}

const rowsOf = (numbers, columns) =>
  Array.from({length: numbers.length / columns}, (_, row) => Array.from(numbers.slice(row * columns, (row + 1) * columns)));

// What the page has: rows of numbers, or texts.
function shownAt(where) {
  const [kind, name, ...more] = where.split(" ");
  if (kind === "output") return rowsUnder(more.join(" "), document.querySelector("pre.output"));
  const id = [...names].find((each) => each[1] === name)?.[0];
  const lengths = (of) => program.values[[...names].find((each) => each[1] === of)[0]].s;
  if (kind === "value") return rowsOf(engine.value(id), columnsOf(id));
  if (kind === "gradient") return rowsOf(engine.gradient(id), columnsOf(id));
  if (kind === "shape") return [`[${lengths(name).join(", ")}]`];
  if (kind === "lengths") return [`${lengths(name).at(-1)} in, ${lengths(more[0]).at(-1)} out`];
  const e = engine.explain(program.input);
  if (kind === "shapes") return [e.shapes];
  const step = e.steps.find((each) => each.name === name);
  const texts = rowsOf(step.texts, step.columns);
  if (kind === "texts") return texts.map((row) => row.join(" "));
  if (kind === "text") return [texts[more[0]][more[1]]];
  const rows = rowsOf(step.cells, step.columns);
  return kind === "matrix" ? rows : rows[0].map((_, column) => rows.map((row) => row[column]));
}

// Equal as texts, or as numbers within half of the slide's last digit.
function isEqual(expected, row) {
  if (typeof row === "string") return row === expected;
  const parts = expected.split(" ");
  return parts.length === row.length && parts.every((part, i) => {
    const digits = (part.split(".")[1] ?? "").length;
    return Math.abs(Number(part) - row[i]) <= 0.5000001 * 10 ** -digits;
  });
}

function compare() {
  const wrong = [];
  let rows = 0;
  for (const block of blocks) {
    const shown = shownAt(block.where === "output" ? `output - ${block.heading}` : block.where);
    rows += block.rows.length;
    const differs = shown.length !== block.rows.length || block.rows.some((row, i) => !isEqual(row, shown[i]));
    if (differs) wrong.push(block.heading);
  }
  const computed = blocks.filter((block) => block.where !== "output").length;
  const stamp = document.getElementById("compared");
  const by = computed === blocks.length ? "the engine in this page" : computed ? "the engine in this page and the tutorial" : "the tutorial";
  if (wrong.length) stamp.textContent = `Other numbers than the slide's: ${wrong.join(", ")}`;
  else if (rows) stamp.textContent = `The slide's numbers (${rows} ${rows === 1 ? "row" : "rows"}) are those of ${by}.`;
  stamp.className = wrong.length ? "bad" : "good";
  if (marked.size) showMarks(document.querySelector("pre.output"));
  document.body.dataset.compared = wrong.length ? "no" : String(rows);
}

// A page to touch is compared when its engine has started, before a number is changed.
const isPlayed = document.getElementById("module");
if (!isPlayed) compare();
else {
  const wait = () => document.body.dataset.ready ? compare() : setTimeout(wait, 10);
  wait();
}
})();
