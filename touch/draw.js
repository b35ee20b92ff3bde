// A field of 28 by 28 pixels that is drawn on by a pointer or by keys. `changed` is called after
// each change.
function makeField(canvas, changed) {
  const side = 28;
  const scale = 10;
  const pixels = new Float64Array(side * side);
  const small = document.createElement("canvas");
  small.width = small.height = side;
  canvas.width = canvas.height = side * scale;
  const context = canvas.getContext("2d");
  const cursor = {x: 14, y: 14};
  let last = null;  // where the pointer was

  function show() {
    const image = small.getContext("2d").createImageData(side, side);
    pixels.forEach((pixel, i) => image.data.set([255 * pixel, 255 * pixel, 255 * pixel, 255], 4 * i));
    small.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    context.strokeStyle = "#8c959f";
    context.setLineDash([4, 4]);
    context.strokeRect(4 * scale, 4 * scale, 20 * scale, 20 * scale);
    if (document.activeElement !== canvas) return;
    context.setLineDash([]);
    context.strokeStyle = "#ffb347";
    context.lineWidth = 2;
    context.strokeRect(cursor.x * scale, cursor.y * scale, scale, scale);
    context.lineWidth = 1;
  }

  function name(words = "") {
    canvas.setAttribute("aria-label", `Your digit, column ${cursor.x + 1}, row ${cursor.y + 1}${words}`);
  }

  // A round pen whose edge is soft; `strength` -1 rubs out.
  function dab(x, y, strength = 1) {
    for (let row = 0; row < side; ++row) {
      for (let column = 0; column < side; ++column) {
        const away = Math.hypot(column + 0.5 - x, row + 0.5 - y);
        const ink = Math.max(0, Math.min(1, 1.9 - away));
        const i = row * side + column;
        pixels[i] = strength > 0 ? Math.max(pixels[i], ink) : Math.min(pixels[i], 1 - ink);
      }
    }
  }

  function line(from, to) {
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(to.x - from.x, to.y - from.y)));
    for (let i = 0; i <= steps; ++i) {
      dab(from.x + ((to.x - from.x) * i) / steps, from.y + ((to.y - from.y) * i) / steps);
    }
  }

  function put(numbers) {
    numbers.forEach((number, i) => (pixels[i] = number));
    update();
  }

  function update() {
    show();
    changed();
  }

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return {x: ((event.clientX - box.left) / box.width) * side, y: ((event.clientY - box.top) / box.height) * side};
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    dab(last.x, last.y);
    canvas.focus({preventScroll: true});
    event.preventDefault();
    update();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    for (const part of event.getCoalescedEvents?.() ?? []) {
      line(last, place(part));
      last = place(part);
    }
    line(last, place(event));
    last = place(event);
    update();
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (last = null));
  for (const kind of ["focus", "blur"]) canvas.addEventListener(kind, show);

  canvas.addEventListener("keydown", (event) => {
    const moves = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    const move = moves[event.key];
    const centre = () => [cursor.x + 0.5, cursor.y + 0.5];
    let isChange = true;
    if (move) {
      cursor.x = Math.max(0, Math.min(side - 1, cursor.x + move[0]));
      cursor.y = Math.max(0, Math.min(side - 1, cursor.y + move[1]));
      if (event.shiftKey) dab(...centre());
      else isChange = false;
    } else if (event.key === " ") dab(...centre());
    else if (event.key === "Backspace" || event.key === "Delete") dab(...centre(), -1);
    else return;
    event.preventDefault();
    name(pixels[cursor.y * side + cursor.x] > 0.5 ? ", inked" : "");
    if (isChange) update();
    else show();
  });

  name();
  return {pixels, put, clear: () => put(new Array(side * side).fill(0))};
}
