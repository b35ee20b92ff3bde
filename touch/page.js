// A page of a program whose leaves are changed by dragging, by keys, or by gradient descent.
const mostCells = 64;
const program = JSON.parse(byId("program").textContent);
const names = new Map(program.names.map(([name, id]) => [id, name]));
if (!names.has(program.output)) names.set(program.output, "loss");
if (!names.has(program.input)) names.set(program.input, "w");
let engine;
let selected = null;
let plot = null;
let running = false;

function colour(number, largest) {
  if (Number.isNaN(number)) return "#c8c8c8";
  const share = largest > 0 ? Math.max(-1, Math.min(1, number / largest)) : 0;
  const full = share < 0 ? [70, 130, 220] : [240, 150, 40];
  return `rgb(${full.map((c) => Math.round(255 - (255 - c) * Math.abs(share))).join()})`;
}

// "W1[2]", "K[1,3]", counted from 1; dimensions of length 1 are left out.
function elementName(id, index) {
  const place = [];
  for (const length of [...program.values[id].s].reverse()) {
    if (length > 1) place.unshift((index % length) + 1);
    index = Math.floor(index / length);
  }
  const name = names.get(id) ?? `%${id}`;
  return place.length ? `${name}[${place.join()}]` : name;
}

const isShown = (id) => names.has(id);
const count = (id) => program.values[id].s.reduce((a, b) => a * b, 1);
const columnsOf = (id) => program.values[id].s.at(-1) ?? 1;

// --- changing a number ---
function makeDraggable(node, leaf, indexAt) {
  node.tabIndex = 0;
  node.setAttribute("role", "spinbutton");
  node.setAttribute("aria-label", elementName(leaf, indexAt()));
  let start = null;
  node.addEventListener("pointerdown", (event) => {
    node.setPointerCapture(event.pointerId);
    const index = indexAt(event);
    select(leaf, index);
    start = {x: event.clientX, y: event.clientY, number: engine.get(leaf, index), index};
    node.focus({preventScroll: true});
    event.preventDefault();
  });
  node.addEventListener("pointermove", (event) => {
    if (!start) return;
    const moved = event.clientX - start.x + start.y - event.clientY;
    change(leaf, start.index, start.number + (moved * Math.max(1, Math.abs(start.number))) / 150);
  });
  const end = () => {
    if (start) select(leaf, start.index);
    start = null;
  };
  node.addEventListener("pointerup", end);
  node.addEventListener("pointercancel", end);
  node.addEventListener("focus", () => start || select(leaf, indexAt()));
  node.addEventListener("keydown", (event) => {
    const signs = {ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10};
    const sign = signs[event.key];
    if (!sign) return;
    const index = indexAt();
    const now = engine.get(leaf, index);
    change(leaf, index, now + sign * (event.shiftKey ? 0.1 : 0.01) * Math.max(1, Math.abs(plot?.from ?? now)));
    event.preventDefault();
  });
  node.addEventListener("keyup", (event) => {
    if (event.key === "Enter") select(leaf, indexAt());
  });
}

function change(leaf, index, number) {
  engine.set(leaf, index, number);
  engine.update();
  show();
}

// The line and the parabola start where the element is now.
function select(leaf, index) {
  selected = {leaf, index};
  plot = engine.gradient(leaf).length ? plotAlong(engine, leaf, index, elementName(leaf, index)) : null;
  if (plot) drawPlot(byId("plot"), plot);
  show();
}

// --- showing ---
function show() {
  for (const view of views) view.update();
  const loss = engine.value(program.output)[0];
  setText(byId("loss"), text(loss));
  if (plot && selected) {
    const number = engine.get(selected.leaf, selected.index);
    movePlot(byId("plot"), plot, number, loss);
    setText(byId("where"), plot.name);
    const predicted = plot.loss + plot.slope * (number - plot.from);
    byId("told").textContent =
      `${plot.name} = ${text(number)}. The gradient ${text(plot.slope)} predicts a loss of ` +
      `${text(predicted)}, ${text(loss)} came. Second derivative ${text(plot.bend)}.`;
  }
  showJacobians();
}

let shownChain = "";

function showJacobians() {
  const leaf = selected && engine.gradient(selected.leaf).length ? selected.leaf : program.input;
  const e = engine.explain(leaf);
  setText(byId("chain"), e ? e.formula : "");
  const steps = e?.steps ?? [];
  const parts = steps.map((step) => [step.name, step.rows, step.columns]).join(";");
  if (parts !== shownChain) {
    byId("matrices").innerHTML = steps.map(matrixOf).join("");
    shownChain = parts;
  }
  steps.forEach((step, s) => {
    const box = byId("matrices").children[s];
    setText(box.children[1], `${step.rows}\u00d7${step.columns}, ${step.structure} (${step.operators})`);
    const cells = box.querySelectorAll("td");
    const largest = Math.max(...(step.cells ?? []).map(Math.abs));
    cells.forEach((cell, i) => {
      setText(cell, step.texts[i]);
      cell.title = text(step.cells[i]);
      cell.style.background = colour(step.cells[i], largest);
    });
  });
}

function matrixOf(step) {
  const title = `<h3>${safe(step.name)}</h3><span class="size"></span>`;
  if (!step.cells || step.rows > 12 || step.columns > 12) return `<div class="tensor">${title}</div>`;
  const row = `<tr>${"<td></td>".repeat(step.columns)}</tr>`;
  return `<div class="tensor">${title}<table>${row.repeat(step.rows)}</table></div>`;
}

function safe(words) {
  return words.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

// --- gradient descent ---
const rate = () => 10 ** Number(byId("rate").value);

function descend() {
  const before = engine.value(program.output)[0];
  let squares = 0;
  for (const leaf of program.leaves) {
    if (leaf.trained) for (const slope of engine.gradient(leaf.id)) squares += slope * slope;
  }
  engine.descend(rate());
  show();
  byId("trained").textContent = `predicted ${text(before - rate() * squares)}, ` +
    `came ${text(engine.value(program.output)[0])}`;
}

function run() {
  if (!running) return;
  descend();
  requestAnimationFrame(run);
}

function restart() {
  engine.load(program);
  if (selected) select(selected.leaf, selected.index);
  else show();
}

function checkGradients() {
  const difference = engine.check(64);
  const stamp = byId("stamp");
  stamp.textContent = difference < 1e-5
    ? `gradients checked: within ${difference.toExponential(1)} of central differences`
    : `gradients differ from central differences by ${difference.toExponential(1)}`;
  stamp.className = difference < 1e-5 ? "good" : "bad";
}

function build() {
  const leaves = new Set(program.leaves.map((leaf) => leaf.id));
  const real = (id) => program.values[id].d <= 2;  // float32, float64 or bfloat16
  for (const leaf of program.leaves) {
    if (isShown(leaf.id) || leaf.trained) byId("leaves").append(makeTensor(leaf.id, real(leaf.id)));
  }
  for (const step of program.steps) {
    for (const id of step.o) {
      if (isShown(id) && !leaves.has(id)) byId("values").append(makeTensor(id, false));
    }
  }
  byId("steps").innerHTML = program.steps.map((step) => {
    const given = step.a.flatMap((a) => (a && typeof a === "object" && "v" in a ? [a.v] : a?.vs ?? []))
      .filter((id) => id >= 0).map((id) => names.get(id) ?? `%${id}`).join(", ");
    const made = step.o.map((id) => names.get(id) ?? `%${id}`).join(", ");
    return `<li>${safe(made)} = ${safe(step.op)}(${safe(given)}) <span class="size">${safe(step.at)}</span></li>`;
  }).join("");
  byId("rate").addEventListener("input", () => (byId("rateText").textContent = text(rate())));
  byId("rateText").textContent = text(rate());
  byId("step").addEventListener("click", descend);
  byId("run").addEventListener("click", () => {
    running = !running;
    byId("run").textContent = running ? "Stop" : "Run";
    run();
  });
  byId("restart").addEventListener("click", restart);
  byId("check").addEventListener("click", checkGradients);
}

async function start() {
  engine = new Engine(await retrograd({wasmBinary: await unpacked("module")}));
  engine.load(program);
  build();
  select(program.input, 0);
  checkGradients();
  document.body.dataset.ready = "yes";
}

start().catch((error) => {
  byId("stamp").textContent = `${error}`;
  byId("stamp").className = "bad";
});
