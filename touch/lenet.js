// A page on which LeNet is trained, and asked what it makes of a digit.
class LeNet extends Engine {
  begin(seed) {
    this.checked(this.module._lenet_begin(seed));
    this.heldOut = this.module._lenet_held_out();
  }
  step(rate) {
    return this.checked(this.module._lenet_step(rate));
  }
  correct(begin, end) {
    return this.checked(this.module._lenet_correct(begin, end));
  }
  passed(count) {
    const at = this.module._touch_read_numbers() / 8;
    return this.module.HEAPF64.subarray(at, at + this.checked(count));
  }
  digit(index) {
    const label = this.checked(this.module._lenet_digit(index));
    return {label, pixels: this.passed(28 * 28).slice()};
  }
  answer(pixels) {
    this.pass(pixels);
    return this.checked(this.module._lenet_answer());
  }
  layer(index) {
    return this.passed(this.module._lenet_layer(index));
  }
  filters(layer) {
    return this.passed(this.module._lenet_filters(layer));
  }
}

const budget = 12;      // milliseconds of a frame for training, which is one step at least
const testEvery = 25;   // steps
const testSlice = 50;   // held-out digits of one go
const seed = 1;
const stay = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const log = {losses: [], tests: [], spent: 0};
const pictures = [];
let engine;
let field;
let running = false;
let testing = null;  // {at, right} while the held-out digits are gone through
let shownAt = 0;
let nextDigit = 0;

const rate = () => 10 ** Number(byId("rate").value);
const percent = (share) => `${(100 * share).toFixed(1)}%`;

// --- training, a slice of time in each frame ---
function trainOnce() {
  const begin = performance.now();
  if (testing) testPart();
  else {
    log.losses.push(engine.step(rate()));
    if (log.losses.length % testEvery === 0) testing = {at: 0, right: 0};
  }
  log.spent += performance.now() - begin;
}

function testPart() {
  const end = Math.min(engine.heldOut, testing.at + testSlice);
  testing.right += engine.correct(testing.at, end);
  testing.at = end;
  if (end < engine.heldOut) return;
  log.tests.push({step: log.losses.length, share: testing.right / engine.heldOut});
  testing = null;
}

function frame(now) {
  if (!running) return;
  const begin = performance.now();
  let one;
  do {
    const before = performance.now();
    trainOnce();
    one = performance.now() - before;
  } while (performance.now() - begin + one < budget);
  // With reduced motion, pictures change once in a second.
  if (!stay.matches || now - shownAt > 1000) {
    shownAt = now;
    show();
  }
  requestAnimationFrame(frame);
}

function setRunning(on) {
  running = on;
  setText(byId("run"), on ? "Pause" : "Train");
  if (on) requestAnimationFrame(frame);
  else show();
}

function stepOnce() {
  setRunning(false);
  const steps = log.losses.length;
  while (log.losses.length === steps || testing) trainOnce();
  show();
}

function restart() {
  setRunning(false);
  engine.begin(seed);
  Object.assign(log, {losses: [], tests: [], spent: 0});
  testing = null;
  show();
}

// --- showing ---
function show() {
  const last = log.losses.at(-1);
  const test = log.tests.at(-1);
  setText(byId("state"), last === undefined
    ? "Untrained: it guesses."
    : `Step ${log.losses.length}, loss ${text(Number(last.toFixed(3)))}, ` +
      `${test ? `${percent(test.share)} of the held-out digits right` : "not yet tested"}, ` +
      `${(log.spent / 1000).toFixed(1)} s`);
  showCurves();
  showDigit();
}

function showDigit() {
  const seen = engine.answer(field.pixels);
  const zero = dark.matches ? [18, 22, 27] : [255, 255, 255];
  for (const picture of pictures) picture.paint(picture.read(), zero);
  const shares = engine.layer(6);
  const isEmpty = !field.pixels.some((pixel) => pixel > 0);
  byId("answer").firstChild.textContent = isEmpty ? "Draw a digit." : "I see ";
  setText(byId("answer").children[0], isEmpty ? "" : String(seen));
  [...byId("bars").children].forEach((bar, i) => {
    bar.children[1].style.transform = `scaleX(${shares[i]})`;
    setText(bar.children[2], percent(shares[i]));
    bar.className = i === seen ? "most" : "";
  });
}

// The loss, smoothed, on the left axis; the held-out digits on the right one.
function showCurves() {
  const [left, right, top, bottom] = [30, 325, 12, 165];
  const steps = Math.max(100, log.losses.length);
  const x = (step) => left + ((right - left) * step) / steps;
  const y = (share) => bottom - (bottom - top) * Math.max(0, Math.min(1, share));
  const width = Math.max(1, Math.ceil(log.losses.length / 300));
  const loss = [];
  for (let i = 0; i < log.losses.length; i += width) {
    const part = log.losses.slice(i, i + width);
    loss.push([x(i + part.length / 2), y(part.reduce((a, b) => a + b, 0) / part.length / 2.5)]);
  }
  const path = (points) => (points.length ? `M${points.map((p) => p.map((v) => v.toFixed(1)).join()).join("L")}` : "");
  const curves = byId("curves");
  if (!curves.firstChild) {
    const ticks = [0, 0.5, 1].map((share) => `<text class="lossText" x="4" y="${y(share) + 4}">${(2.5 * share).toFixed(1)}</text>` +
      `<text class="rightText" x="329" y="${y(share) + 4}">${100 * share}%</text>`).join("");
    curves.innerHTML = `<rect class="frame" x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/>${ticks}` +
      `<path class="loss"/><path class="right"/><text class="end" text-anchor="end" x="${right}" y="182"></text>` +
      `<text class="lossText" x="${left}" y="182">loss (line)</text><text class="rightText" x="${left + 80}" y="182">right (dashed)</text>`;
  }
  curves.querySelector(".loss").setAttribute("d", path(loss));
  curves.querySelector(".right").setAttribute("d", path(log.tests.map((t) => [x(t.step), y(t.share)])));
  setText(curves.querySelector(".end"), `${steps} steps`);
  const best = log.tests.length ? `; at best ${percent(Math.max(...log.tests.map((t) => t.share)))}` : "";
  setText(byId("told"), `The loss of each batch of 40 new digits, and the share of the 500 held-out digits that are right${best}.`);
}

// --- building ---
function addPicture(title, size, planes, rows, across, read) {
  const picture = makePlanes(planes, rows, rows, across);
  const box = document.createElement("div");
  box.className = "layer";
  box.innerHTML = `<h3>${title}</h3><span class="size">${size}</span>`;
  picture.canvas.setAttribute("role", "img");
  picture.canvas.setAttribute("aria-label", `${title}, ${size}`);
  box.append(picture.canvas);
  byId("maps").append(box);
  pictures.push({...picture, read});
}

function build() {
  addPicture("Filters of conv1", "6 of 5\u00d75", 6, 5, 6, () => engine.filters(0));
  addPicture("Maps of conv1, after ReLU", "6 of 28\u00d728", 6, 28, 6, () => engine.layer(0));
  addPicture("Pooled", "6 of 14\u00d714", 6, 14, 6, () => engine.layer(1));
  addPicture("Filters of conv2", "16 of 6\u00d75\u00d75", 96, 5, 24, () => engine.filters(1));
  addPicture("Maps of conv2, after ReLU", "16 of 10\u00d710", 16, 10, 8, () => engine.layer(2));
  addPicture("Pooled", "16 of 5\u00d75", 16, 5, 16, () => engine.layer(3));
  addPicture("fc1", "120 numbers", 120, 1, 40, () => engine.layer(4));
  addPicture("fc2", "84 numbers", 84, 1, 42, () => engine.layer(5));
  byId("answer").append("", document.createElement("b"));
  byId("bars").innerHTML = Array.from({length: 10}, (_, i) => `<li><b>${i}</b><i></i><span></span></li>`).join("");
  field = makeField(byId("field"), () => showDigit());
  byId("rate").addEventListener("input", () => setText(byId("rateText"), text(rate())));
  setText(byId("rateText"), text(rate()));
  const sample = () => field.put(engine.digit(nextDigit++ % engine.heldOut).pixels);
  const actions = {run: () => setRunning(!running), step: stepOnce, clear: () => field.clear(), sample};
  const keys = {p: "run", s: "step", c: "clear", d: "sample"};
  for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);
  byId("restart").addEventListener("click", restart);
  document.addEventListener("keydown", (event) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? null : actions[keys[event.key.toLowerCase()]];
    if (action && !event.repeat) action();
  });
  dark.addEventListener("change", showDigit);
  sample();
}

async function start() {
  engine = new LeNet(await retrograd({wasmBinary: await unpacked("module")}));
  engine.begin(seed);
  build();
  show();
  document.body.dataset.ready = "yes";
}

start().catch((error) => {
  byId("stamp").textContent = `${error}`;
  byId("stamp").className = "bad";
});
