// The script of explain's page: panels, and elements that light each other. CMake puts the files of it together in one function.
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const one = (selector, from = document) => from.querySelector(selector);
const data = element => JSON.parse(element.textContent);
const tensors = data(one('#tensors'));
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const readout = one('#readout');
document.documentElement.classList.add('js');

// Panels: one is shown.
const panels = all('.panel');
let shown = null;
const show = panel => {
  shown = panel || one('.panel.first') || panels[0];
  panels.forEach(p => p.classList.toggle('current', p === shown));
  const of = kind => shown.id.startsWith(kind) ? shown.id.slice(kind.length) : '';
  all('.edge, .feed').forEach(e => e.classList.toggle('current', e.id === 'arrow' + of('step')));
  all('.box').forEach(b => b.classList.toggle('current', b.id === 'box' + of('station')));
  all('.chain a').forEach(a => a.getAttribute('href') === '#' + shown.id
    ? a.setAttribute('aria-current', 'true') : a.removeAttribute('aria-current'));
};
const named = () => panels.find(p => '#' + p.id === location.hash);
const reveal = panel => {
  if (panel) {
    show(panel);
    panel.scrollIntoView({block: 'nearest'});
  }
};
addEventListener('hashchange', () => reveal(named()));
document.addEventListener('click', event => {
  const link = event.target.closest('a[href^="#"]');
  if (link) reveal(panels.find(p => '#' + p.id === link.getAttribute('href')));
});
show(named());

// Elements: "2.15" is the sixteenth of the third tensor.
const numel = shape => shape.reduce((a, b) => a * b, 1);
const label = token => {
  const [t, flat] = token.split('.').map(Number);
  const [name, shape] = tensors[t];
  const index = [];
  let rest = flat;
  for (const size of [...shape].reverse()) {
    if (size !== 1) index.unshift(rest % size + 1);
    rest = Math.floor(rest / size);
  }
  return !index.length ? name : /\d$/.test(name) ? `${name}[${index}]` : name + index;
};
const layoutOf = picture => {
  const [rows, columns, across, count] = picture.dataset.g.split(',').map(Number);
  return {rows, columns, across, count, width: across * (columns + 1) - 1,
          height: Math.ceil(count / across) * (rows + 1) - 1};
};
const mark = (picture, flat, kind) => {
  const g = layoutOf(picture), tile = Math.floor(flat / (g.rows * g.columns));
  if (tile >= g.count) return;
  const x = tile % g.across * (g.columns + 1) + flat % g.columns;
  const y = Math.floor(tile / g.across) * (g.rows + 1) + Math.floor(flat / g.columns) % g.rows;
  const box = document.createElement('span');
  box.className = 'mark ' + kind;
  box.style.cssText = `left:${100 * x / g.width}%;top:${100 * y / g.height}%;` +
    `width:${100 / g.width}%;height:${100 / g.height}%`;
  picture.append(box);
};
const cells = new Map(), pictures = new Map();
const put = (map, key, element) => map.has(key) ? map.get(key).push(element) : map.set(key, [element]);
all('[data-e]').forEach(c => put(cells, c.dataset.e, c));
all('[data-g]').forEach(p => put(pictures, p.dataset.t, p));
const clear = () => {
  all('.mark').forEach(m => m.remove());
  all('.on,.row-of,.column-of').forEach(c => c.closest('.legend') ||
    c.classList.remove('on', 'row-of', 'column-of'));
};
const light = (token, kind) => {
  (cells.get(token) || []).forEach(c => c.classList.add(kind));
  const [t, flat] = token.split('.');
  (pictures.get(t) || []).forEach(p => mark(p, Number(flat), kind));
};
const headers = cell => {
  const row = one('th', cell.parentElement);
  const column = one('thead tr', cell.closest('table')).children[cell.cellIndex];
  return [row.dataset.e, column.dataset.e];
};
const say = text => { if (readout.textContent !== text) readout.textContent = text; };
const point = element => {
  clear();
  const own = element.dataset.e;
  if (element.tagName === 'TD') {
    const [row, column] = headers(element);
    light(row, 'row-of');
    light(column, 'column-of');
    const value = element.dataset.v || '0';
    say(`∂${label(column)}/∂${label(row)} = ` + (own ? `${element.textContent} = ${value}` :
      value + (element.classList.contains('pad') ? ': padding' : '')) +
      (element.dataset.w ? '. ' + element.dataset.w : ''));
  } else if (own) {
    const number = element.classList.contains('c') ? ' = ' + element.textContent : '';
    say(label(own) + number);
  }
  if (own) light(own, 'on');
};
const pointAt = (picture, event) => {
  const box = picture.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width, y = (event.clientY - box.top) / box.height;
  clear();
  if (picture.dataset.m) {
    const [rows, columns] = picture.dataset.m.split(',').map(Number);
    const panel = picture.closest('.panel');
    const row = `${panel.dataset.from}.${Math.min(rows - 1, Math.floor(y * rows))}`;
    const column = `${panel.dataset.to}.${Math.min(columns - 1, Math.floor(x * columns))}`;
    light(row, 'row-of');
    light(column, 'column-of');
    say(`∂${label(column)}/∂${label(row)}`);
  } else if (picture.dataset.g) {
    const g = layoutOf(picture), px = Math.floor(x * g.width), py = Math.floor(y * g.height);
    const tile = Math.floor(py / (g.rows + 1)) * g.across + Math.floor(px / (g.columns + 1));
    const r = py % (g.rows + 1), c = px % (g.columns + 1);
    if (r < g.rows && c < g.columns && tile < g.count) {
      const token = `${picture.dataset.t}.${(tile * g.rows + r) * g.columns + c}`;
      light(token, 'on');
      say(label(token));
    }
  }
};
const hoverable = target => target.closest ? target.closest('.matrix td:not(.corner), [data-e]') : null;
document.addEventListener('mouseover', event => {
  const element = hoverable(event.target);
  if (element) point(element);
});
document.addEventListener('mouseout', event => {
  if (hoverable(event.target) || event.target.closest('.picture')) clear();
});
all('.picture').forEach(p => p.addEventListener('mousemove', event => pointAt(p, event)));

// A matrix is one stop of the tab key; arrow keys move in it.
all('table.matrix').forEach(table => {
  const at = cell => cell && cell.matches('td:not(.corner), th');
  const rows = [...table.rows];
  all('td:not(.corner), th', table).forEach(c => { c.tabIndex = -1; });
  const first = one('tbody td', table);
  if (first) first.tabIndex = 0;
  table.addEventListener('focusin', event => at(event.target) && point(event.target));
  table.addEventListener('focusout', clear);
  table.addEventListener('keydown', event => {
    const cell = event.target.closest('td, th');
    const move = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0]}[event.key];
    if (!move || !cell) return;
    event.preventDefault();
    event.stopPropagation();
    const next = (rows[cell.parentElement.rowIndex + move[0]] || {cells: []}).cells[cell.cellIndex + move[1]];
    if (!at(next)) return;
    all('[tabindex="0"]', table).forEach(c => { c.tabIndex = -1; });
    next.tabIndex = 0;
    next.focus();
  });
});
