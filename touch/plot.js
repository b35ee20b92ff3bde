// The loss along one element: what comes (a curve), what the gradient predicts (a line), and what
// the second derivative adds (a parabola).
const plotSize = {width: 360, height: 220, edge: 30};

function plotAlong(engine, leaf, index, name) {
  const from = engine.get(leaf, index);
  const reach = Math.max(1, Math.abs(from));
  const count = 61;
  const at = Array.from({length: count}, (_, i) => from + reach * ((2 * i) / (count - 1) - 1));
  const loss = engine.value(program.output)[0];
  const slope = engine.gradient(leaf)[index] ?? 0;
  const bend = engine.curvature(leaf, index);
  const came = Array.from(engine.curve(leaf, index, at));
  const line = at.map((w) => loss + slope * (w - from));
  const parabola = at.map((w) => loss + slope * (w - from) + 0.5 * bend * (w - from) ** 2);
  return {leaf, index, name, from, reach, at, loss, slope, bend, came, line, parabola};
}

function pathOf(plot, values, x, y) {
  return values.map((v, i) => `${i ? "L" : "M"}${x(plot.at[i]).toFixed(1)} ${y(v).toFixed(1)}`).join("");
}

// Draws the curves of a plot. They stay while the element is changed; movePlot() moves the dots.
function drawPlot(svg, plot) {
  const finite = plot.came.filter(Number.isFinite);
  const low = Math.min(...finite, plot.loss);
  const high = Math.max(...finite, plot.loss);
  const room = (high - low || 1) * 0.25;
  const {width, height, edge} = plotSize;
  const x = (w) => edge + ((w - plot.from + plot.reach) / (2 * plot.reach)) * (width - 2 * edge);
  const y = (v) => {
    const share = (v - low + room) / (high - low + 2 * room || 1);
    return height - edge - Math.min(1.5, Math.max(-0.5, share)) * (height - 2 * edge);
  };
  const inside = `x="${edge}" y="8" width="${width - 2 * edge}" height="${height - edge - 8}"`;
  const ticks = [plot.from - plot.reach, plot.from, plot.from + plot.reach]
    .map((w) => `<text x="${x(w)}" y="${height - 8}" text-anchor="middle">${text(w)}</text>`)
    .join("");
  svg.innerHTML = `<clipPath id="inside"><rect ${inside}/></clipPath><rect ${inside} class="frame"/>
    <g clip-path="url(#inside)"><path d="${pathOf(plot, plot.parabola, x, y)}" class="parabola"/>
    <path d="${pathOf(plot, plot.line, x, y)}" class="tangent"/>
    <path d="${pathOf(plot, plot.came, x, y)}" class="came"/><line class="gap"/>
    <circle r="3.5" class="guess"/><circle r="5" class="now"/></g>
    ${ticks}<text x="${edge + 4}" y="22">${text(high)}</text>`;
  plot.place = (node, w, v, names) => {
    node.setAttribute(names[0], x(w));
    node.setAttribute(names[1], y(v));
  };
}

// Moves the dots to where the element and the loss are now.
function movePlot(svg, plot, number, loss) {
  const predicted = plot.loss + plot.slope * (number - plot.from);
  const gap = svg.querySelector(".gap");
  plot.place(gap, number, predicted, ["x1", "y1"]);
  plot.place(gap, number, loss, ["x2", "y2"]);
  plot.place(svg.querySelector(".guess"), number, predicted, ["cx", "cy"]);
  plot.place(svg.querySelector(".now"), number, loss, ["cx", "cy"]);
}
