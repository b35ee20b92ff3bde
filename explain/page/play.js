// The script of explain's page: stations one after the other, with the outputs of each matrix. CMake puts the files of it together in one function.
// Sliding over the outputs of a matrix: which inputs and elements each has.
const columnsOf = panel => {
  const given = one('.windows', panel), table = one('table.matrix', panel);
  if (given) {
    return data(given).map(([column, rows, names]) => ({
      column: `${panel.dataset.to}.${column}`, rows: rows.map(r => `${panel.dataset.from}.${r}`), names}));
  }
  if (!table) return [];
  return all('thead th', table).map((head, i) => {
    const found = all('tbody tr', table).filter(tr => tr.cells[i + 1].dataset.v);
    return {column: head.dataset.e, rows: found.map(tr => tr.cells[0].dataset.e),
            names: found.map(tr => tr.cells[i + 1].dataset.e).filter(Boolean)};
  });
};
const sweeps = new Map();
all('.panel.step').forEach(panel => {
  const columns = columnsOf(panel);
  if (columns.length < 2) return;
  const wrap = document.createElement('p'), slider = document.createElement('input');
  wrap.className = 'bar sweep';
  slider.type = 'range';
  Object.assign(slider, {min: 0, max: columns.length - 1, value: 0});
  const name = document.createElement('label');
  name.append('Slide over the outputs ', slider);
  wrap.append(name);
  one('h2', panel).nextElementSibling.after(wrap);
  const go = i => {
    slider.value = i;
    const {column, rows, names} = columns[i];
    clear();
    rows.forEach(r => light(r, 'row-of'));
    new Set(names).forEach(n => light(n, 'on'));
    light(column, 'column-of');
    slider.setAttribute('aria-valuetext', label(column));
    say(`${label(column)} depends on ${rows.slice(0, 6).map(label).join(', ')}` +
      (rows.length > 6 ? ` and ${rows.length - 6} more` : '') +
      (names.length ? `, by ${[...new Set(names)].slice(0, 6).map(label).join(', ')}` +
        (names.length > 6 ? ', …' : '') : ''));
  };
  slider.addEventListener('input', () => go(Number(slider.value)));
  slider.addEventListener('blur', clear);
  sweeps.set(panel, {count: columns.length, go});
});
let sweeping = 0;
const stopSweep = () => { clearInterval(sweeping); sweeping = 0; };
const sweep = (panel, done) => {
  stopSweep();
  const run = sweeps.get(panel);
  if (!run || calm.matches) return done && setTimeout(done, 1200);
  let i = 0;
  const next = () => {
    if (i === run.count) {
      stopSweep();
      return done && done();
    }
    run.go(i++);
  };
  next();
  sweeping = setInterval(next, Math.max(60, Math.min(400, 4000 / run.count)));
};

// Folds: the inner ones of equal parts, until their button unfolds them, and modules but for their results.
const folds = data(one('#folds')).map(([first, last, repeats, name]) => ({first, last, repeats, name, on: !name}));
const parts = folds.filter(f => !f.name);
const station = e => Number(e.dataset.to || e.dataset.of || e.id.slice(3));
const press = (button, on, text) => {
  button.setAttribute('aria-expanded', String(!on));
  button.textContent = (on ? 'Unfold ' : 'Fold ') + text;
};
const refold = () => {
  all('.box:not(.input, .inner), .edge, .lane, .inputs, .inside').forEach(e => e.classList.toggle('folded',
    folds.some(f => f.on && f.first <= station(e) && station(e) < f.last)));
  if (parts.length) press(one('#fold'), parts[0].on, parts.map(f => f.repeats - 2).join(' and ') + ' equal parts');
  folds.forEach(f => f.button && press(f.button, f.on, f.name));
};
folds.filter(f => f.name).slice(0, 12).forEach(f => {
  f.button = document.createElement('button');
  f.button.className = 'module';
  f.button.addEventListener('click', () => { f.on = !f.on; refold(); });
  one('#bar').append(f.button);
});
const unfold = k => {
  folds.forEach(f => { if (f.first <= k && k < f.last) f.on = false; });
  refold();
};
one('#fold').hidden = !parts.length;
one('#fold').addEventListener('click', () => {
  const on = !parts[0].on;
  parts.forEach(f => { f.on = on; });
  refold();
});
refold();

// Forward, then backward, one station at a time.
const boxes = all('.box:not(.input, .inner)'), edges = all('.edge');
const last = boxes.length - 1;
const names = tensors.map(t => t && t[0]), ids = boxes.map(b => Number(b.id.slice(3)));
let at = -1, playing = false, timer = 0;
const status = one('#status');
const step = to => {
  stopSweep();
  clear();
  at = Math.max(-1, Math.min(2 * last + 1, to));
  document.body.classList.toggle('stepping', at >= 0);
  const forward = at <= last, k = forward ? at : 2 * last + 1 - at;
  if (at >= 0 && boxes[k].classList.contains('folded')) unfold(ids[k]);
  boxes.forEach((b, i) => {
    b.classList.toggle('seen', !forward || i <= k);
    b.classList.toggle('back-seen', !forward && i >= k);
    b.classList.toggle('now', at >= 0 && i === k);
    b.classList.toggle('backward', !forward);
  });
  edges.forEach(e => e.classList.toggle('flows', !forward && Number(e.dataset.from) === ids[k]));
  if (at < 0) {
    status.textContent = '';
    return show(named());
  }
  const into = edges.filter(e => Number(forward ? e.dataset.to : e.dataset.from) === ids[k]);
  show(into.length ? one('#step' + into[0].id.slice(5)) : one('#station' + ids[k]));
  const other = into.map(e => names[forward ? e.dataset.from : e.dataset.to]);
  const end = names[ids[last]], own = names[ids[k]];
  status.textContent = forward
    ? `Forward, ${k + 1} of ${last + 1}: ${own}` +
      (into.length ? ` = ${one('.operators', into[0]).textContent} of ${other.join(', ')}` : '')
    : `Backward, ${last + 1 - k} of ${last + 1}: ∂${end}/∂${own}` + (into.length
      ? ' = ' + other.map(n => `∂${n}/∂${own} · ∂${end}/∂${n}`).join(' + ') : ' = 1');
  boxes[k].scrollIntoView({block: 'nearest', behavior: calm.matches ? 'auto' : 'smooth'});
  if (forward && !playing) sweep(shown);
};
const play = on => {
  playing = on;
  clearTimeout(timer);
  one('#play').textContent = on ? 'Pause' : 'Play';
  if (!on) return stopSweep();
  const onward = () => {
    if (!playing) return;
    if (at === 2 * last + 1) return play(false);
    step(at + 1);
    if (at <= last && at > 0) sweep(shown, () => { timer = setTimeout(onward, 500); });
    else timer = setTimeout(onward, 1200);
  };
  if (at === 2 * last + 1) at = -1;
  onward();
};
all('.bar[hidden]').forEach(b => { b.hidden = false; });
one('#next').addEventListener('click', () => { play(false); step(at + 1); });
one('#previous').addEventListener('click', () => { play(false); step(at - 1); });
one('#play').addEventListener('click', () => play(!playing));
one('#all').addEventListener('click', () => { play(false); step(-1); });
addEventListener('keydown', event => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches('input')) return;
  const move = {ArrowRight: at + 1, ArrowLeft: at - 1, Escape: -1}[event.key];
  if (move === undefined) return;
  event.preventDefault();
  play(false);
  step(move);
});
