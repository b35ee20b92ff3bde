// How tensors are shown: cells with numbers, or pictures.
const views = [];  // {id, update}

function makeTensor(id, isLeaf) {
  const box = document.createElement("div");
  box.className = "tensor";
  const size = program.values[id].s.join("\u00d7") || "1";
  box.innerHTML = `<h3></h3><span class="size">${size}</span>`;
  box.firstChild.textContent = names.get(id) ?? `%${id}`;
  box.append(count(id) <= mostCells ? makeCells(id, isLeaf) : makePicture(id, isLeaf));
  return box;
}

function makeCells(id, isLeaf) {
  const grid = document.createElement("div");
  grid.className = "cells";
  grid.style.gridTemplateColumns = `repeat(${columnsOf(id)}, minmax(5rem, 1fr))`;
  const cells = Array.from({length: count(id)}, (_, i) => {
    const cell = document.createElement("div");
    cell.className = isLeaf ? "cell leaf" : "cell";
    cell.innerHTML = "<b></b><i></i>";
    if (isLeaf) makeDraggable(cell, id, () => i);
    grid.append(cell);
    return cell;
  });
  views.push({id, update() {
    const values = engine.value(id);
    const slopes = engine.gradient(id);
    const largest = Math.max(...slopes.map(Math.abs));
    cells.forEach((cell, i) => {
      setText(cell.firstChild, text(values[i]));
      setText(cell.lastChild, slopes.length ? text(slopes[i]) : "");
      cell.style.background = slopes.length ? colour(slopes[i], largest) : "";
      if (!isLeaf) return;
      cell.setAttribute("aria-valuenow", values[i]);
      cell.setAttribute("aria-valuetext", `${text(values[i])}, gradient ${text(slopes[i] ?? 0)}`);
    });
  }});
  return grid;
}

// A picture of planes side by side: its canvas, and paint(values), which shows numbers in blue below
// zero and in orange above. `zero` is the colour of zero.
function makePlanes(planes, rows, columns, across = Math.ceil(Math.sqrt((planes * rows) / columns)) || 1) {
  const canvas = document.createElement("canvas");
  canvas.width = across * (columns + 1) - 1;
  canvas.height = Math.ceil(planes / across) * (rows + 1) - 1;
  canvas.className = "picture";
  const context = canvas.getContext("2d");
  const at = (i) => {
    const plane = Math.floor(i / (rows * columns));
    return [(plane % across) * (columns + 1) + (i % columns),
            Math.floor(plane / across) * (rows + 1) + (Math.floor(i / columns) % rows)];
  };
  const paint = (values, zero = [255, 255, 255]) => {
    const image = context.createImageData(canvas.width, canvas.height);
    let largest = 0;
    for (const value of values) largest = Math.max(largest, Math.abs(value));
    for (let i = 0; i < planes * rows * columns; ++i) {
      const [x, y] = at(i);
      const share = largest ? values[i] / largest : 0;
      const full = share < 0 ? [70, 130, 220] : [240, 150, 40];
      const to = 4 * (y * canvas.width + x);
      for (let c = 0; c < 3; ++c) image.data[to + c] = zero[c] - (zero[c] - full[c]) * Math.abs(share);
      image.data[to + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  };
  return {canvas, across, paint};
}

// Planes of the last two dimensions, up to 64 of them.
function makePicture(id, isLeaf) {
  const [rows, columns] = program.values[id].s.length > 1 ? program.values[id].s.slice(-2) : [1, count(id)];
  const planes = Math.min(64, count(id) / (rows * columns));
  const {canvas, across, paint} = makePlanes(planes, rows, columns);
  if (isLeaf) {
    makeDraggable(canvas, id, (event) => {
      if (!event) return selected?.leaf === id ? selected.index : 0;
      const box = canvas.getBoundingClientRect();
      const x = Math.floor(((event.clientX - box.left) / box.width) * canvas.width);
      const y = Math.floor(((event.clientY - box.top) / box.height) * canvas.height);
      const plane = Math.min(planes - 1, Math.floor(y / (rows + 1)) * across + Math.floor(x / (columns + 1)));
      return (plane * rows + Math.min(rows - 1, y % (rows + 1))) * columns + Math.min(columns - 1, x % (columns + 1));
    });
  }
  views.push({id, update: () => paint(engine.value(id))});
  return canvas;
}
