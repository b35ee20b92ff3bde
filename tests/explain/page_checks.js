// What check_pages.py looks at in a page: `doc` is shown in a frame of some width and colours.
'use strict';

const visible = element => {
  const style = element.ownerDocument.defaultView.getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return element.checkVisibility() && style.visibility !== 'hidden' && box.width > 0 && box.height > 0;
};
const describe = element => `${element.tagName}.${element.className.baseVal ?? element.className}` +
  `#${element.id} ${element.textContent.trim().slice(0, 30)}`;
const scroller = element => element.closest('.scroll, .box, figure, header, .graph, .panels');

// Rectangles of texts, cut by what scrolls.
function textBoxes(doc) {
  const walker = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || parent.closest('script, style, .skip') || !visible(parent)) continue;
    const range = doc.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      let [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom];
      for (let s = scroller(parent); s; s = s.parentElement && scroller(s.parentElement)) {
        const edge = s.getBoundingClientRect();
        const clips = doc.defaultView.getComputedStyle(s).overflowX !== 'visible';
        if (!clips) continue;
        [left, top] = [Math.max(left, edge.left), Math.max(top, edge.top)];
        [right, bottom] = [Math.min(right, edge.right), Math.min(bottom, edge.bottom)];
      }
      if (right - left > 1 && bottom - top > 1) found.push({left, top, right, bottom, parent});
    }
  }
  return found;
}

function overlaps(doc) {
  const boxes = textBoxes(doc).sort((a, b) => a.top - b.top), faults = [];
  boxes.forEach((a, i) => {
    for (let j = i + 1; j < boxes.length && boxes[j].top < a.bottom; ++j) {
      const b = boxes[j], wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - b.top;
      const line = Math.min(a.bottom - a.top, b.bottom - b.top);
      if (wide > 2 && high > 0.35 * line) faults.push(`${describe(a.parent)} over ${describe(b.parent)}`);
    }
  });
  return faults;
}

// Elements beyond the panel or box that they are in, where that does not scroll.
function leaves(doc) {
  const faults = [];
  for (const element of doc.querySelectorAll('header *, .graph *, .panels *')) {
    if (!visible(element) || element.closest('.lane, math, .mark')) continue;
    for (const around of ['.c', '.box', '.edge', 'figure', 'header, .graph, .panels']) {
      const outer = element.parentElement.closest(around);
      const between = element.parentElement.closest('.scroll, .box, figure, ' + around);
      if (!outer || between !== outer) continue;
      const inside = element.getBoundingClientRect(), edge = outer.getBoundingClientRect();
      const scrolled = outer.scrollWidth > outer.clientWidth + 1 &&
        doc.defaultView.getComputedStyle(outer).overflowX === 'auto' && outer.matches('.box, figure');
      if (!scrolled && (inside.right > edge.right + 1 || inside.left < edge.left - 1)) {
        faults.push(`${describe(element)} leaves ${around}`);
      }
    }
  }
  if (doc.documentElement.scrollWidth > doc.defaultView.innerWidth) faults.push('the page scrolls sideways');
  return faults;
}

const rgba = text => {
  const numbers = text.match(/-?[\d.]+(e-?\d+)?/g).map(Number);
  const scale = text.startsWith('color(') ? 255 : 1;
  return [...numbers.slice(0, 3).map(n => n * scale), numbers[3] ?? 1];
};
const luminance = color => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
  const c = color[i] / 255;
  return sum + weight * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
}, 0);

// The least contrast of a text to what is behind it.
function contrast(doc) {
  let least = 99, where = '';
  for (const {parent} of textBoxes(doc)) {
    const style = e => doc.defaultView.getComputedStyle(e);
    let behind = parent;
    while (behind && rgba(style(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
    const ground = behind ? rgba(style(behind).backgroundColor) : [255, 255, 255, 1];
    const [a, b] = [luminance(rgba(style(parent).color)), luminance(ground)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least) [least, where] = [ratio, describe(parent)];
  }
  return [least, where];
}

const nameOf = element => {
  const doc = element.ownerDocument;
  const by = (element.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean)
    .map(id => doc.getElementById(id)?.textContent).join(' ');
  return (by || element.getAttribute('aria-label') || element.closest('label')?.textContent ||
          element.textContent).trim();
};

function accessibility(doc) {
  const faults = [], all = s => [...doc.querySelectorAll(s)];
  const check = (condition, text) => condition || faults.push(text);
  check(doc.documentElement.lang, 'no language');
  check(doc.title, 'no title');
  check(doc.querySelector('meta[name=viewport]'), 'no viewport');
  check(all('main').length === 1 && all('nav').length === 1 && all('h1').length === 1, 'landmarks');
  const ids = all('[id]').map(e => e.id);
  check(new Set(ids).size === ids.length, 'an id is used twice');
  for (const e of all('a, button, input, summary, [role=img], [role=grid], [role=group], nav, main, section')) {
    check(nameOf(e), `no name: ${describe(e)}`);
  }
  for (const e of all('section, nav, main')) check(e.getAttribute('aria-label'), `no label: ${describe(e)}`);
  for (const e of all('a')) {
    const target = e.getAttribute('href');
    check(target?.startsWith('#') && doc.getElementById(target.slice(1)), `no target: ${target}`);
  }
  for (const e of all('svg')) check(e.closest('[role=img], [aria-hidden=true]'), `a drawing: ${describe(e)}`);
  for (const e of all('th')) check(['row', 'col'].includes(e.scope), `no scope: ${describe(e)}`);
  for (const e of all('table')) check(e.querySelector('th[scope=row]') && e.querySelector('th[scope=col]'),
                                      `no headers: ${describe(e)}`);
  const levels = all('h1, h2, h3').map(e => Number(e.tagName[1]));
  levels.forEach((l, i) => check(i === 0 ? l === 1 : l <= levels[i - 1] + 1, `headings: ${levels}`));
  check(!all('[tabindex]').some(e => e.tabIndex > 0), 'a tab index above 0');
  return faults;
}

// In the order of the tab key: down the page within the graph, each with an outline.
function focusOrder(doc) {
  const faults = [];
  let above = -1e9;
  for (const element of doc.querySelectorAll('.flow a')) {
    if (!visible(element)) continue;
    const top = element.getBoundingClientRect().top;
    if (top < above - 1) faults.push(`focus goes up at ${describe(element)}`);
    above = top;
  }
  for (const element of doc.querySelectorAll('.flow a, .chain a, button, input, td[tabindex="0"]')) {
    if (!visible(element)) continue;
    element.focus({focusVisible: true, preventScroll: true});
    const style = doc.defaultView.getComputedStyle(element);
    if (doc.activeElement !== element) faults.push(`no focus: ${describe(element)}`);
    else if (!(parseFloat(style.outlineWidth) >= 2)) faults.push(`focus is not seen: ${describe(element)}`);
  }
  doc.activeElement?.blur();
  return faults;
}

const press = (doc, key) => (doc.activeElement || doc.body).dispatchEvent(new doc.defaultView.KeyboardEvent(
  'keydown', {key, bubbles: true, cancelable: true}));

// Arrow keys step through all stations, forward and back, and move in a matrix.
function keyboard(doc) {
  const seen = [], status = doc.querySelector('#status'), boxes = doc.querySelectorAll('.box:not(.input, .inner)');
  doc.activeElement?.blur();
  for (let i = 0; i < 2 * boxes.length; ++i) {
    press(doc, 'ArrowRight');
    seen.push([doc.querySelector('.box.now').id, doc.querySelectorAll('.box.seen:not(.input, .inner)').length,
               status.textContent.split(' ')[0]]);
  }
  press(doc, 'Escape');
  const after = doc.querySelectorAll('.box.now').length;
  const table = doc.querySelector('.panel.current table.matrix');
  const moved = [];
  if (table) {
    table.querySelector('td[tabindex="0"]').focus();
    for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp']) {
      press(doc, key);
      moved.push(doc.activeElement.tagName);
    }
    doc.activeElement.blur();
  }
  return {seen, after, moved, boxes: [...boxes].map(b => b.id)};
}

// Pointing at a cell lights each cell with its element, and its row and column.
function linked(doc) {
  const faults = [];
  let cells = 0;
  for (const cell of doc.querySelectorAll('.panel.current td[data-e]')) {
    cell.dispatchEvent(new doc.defaultView.MouseEvent('mouseover', {bubbles: true}));
    const same = doc.querySelectorAll(`[data-e="${cell.dataset.e}"]`);
    const row = cell.parentElement.querySelector('th').dataset.e;
    if (![...same].every(c => c.classList.contains('on'))) faults.push(`not all lit: ${describe(cell)}`);
    if (![...doc.querySelectorAll(`[data-e="${row}"]`)].every(c => c.classList.contains('row-of'))) {
      faults.push(`its row is not lit: ${describe(cell)}`);
    }
    if (![...doc.querySelectorAll('#readout')].every(r => r.textContent.includes('∂'))) faults.push('no readout');
    cell.dispatchEvent(new doc.defaultView.MouseEvent('mouseout', {bubbles: true}));
    cells += 1;
  }
  if (doc.querySelector('.row-of:not(.swatch)')) faults.push('still lit');
  return {cells, faults};
}

// The slider over the outputs lights, for each, its column and the elements in it.
function slides(doc) {
  const faults = [];
  let outputs = 0;
  for (const slider of doc.querySelectorAll('.panel.current .sweep input')) {
    for (let i = 0; i <= Number(slider.max); ++i) {
      slider.value = i;
      slider.dispatchEvent(new doc.defaultView.Event('input'));
      const lit = kind => doc.querySelectorAll(`${kind}:not(.swatch)`).length;
      if (!lit('.column-of') && !lit('.mark.column-of')) faults.push(`output ${i} is not lit`);
      if (!slider.getAttribute('aria-valuetext')) faults.push(`output ${i} has no name`);
      outputs += 1;
    }
    slider.dispatchEvent(new doc.defaultView.Event('blur'));
  }
  return {outputs, faults};
}

// Numbers at the end of training, and a loss that falls.
function trained(doc) {
  const slider = doc.querySelector('#at'), losses = [];
  if (!slider) return null;
  for (let i = 0; i <= Number(slider.max); ++i) {
    slider.value = i;
    slider.dispatchEvent(new doc.defaultView.Event('input'));
    losses.push(Number(doc.querySelector('#trained').textContent.split('=')[1]));
  }
  return {losses, numbers: numbers(doc)};
}

// Numbers shown: cells of values, and of matrices by step, row and column.
function numbers(doc) {
  const values = {}, entries = [];
  for (const group of doc.querySelectorAll('[data-k]')) {
    const cells = [...group.querySelectorAll('.c')].map(c => c.textContent);
    const label = group.getAttribute('aria-label').split(': ')[1];
    if (cells.length) (values[group.dataset.t + group.dataset.k] ??= []).push(cells, label.split(', '));
  }
  for (const section of doc.querySelectorAll('.panel.station')) {
    for (const row of section.querySelectorAll('tbody tr')) {
      const cells = [...row.cells].slice(1).map(c => c.textContent), number = section.id.slice(7);
      const kinds = [...section.querySelectorAll('thead th')].slice(1).map(h => h.textContent[0]);
      const element = Number(row.querySelector('th').dataset.e.split('.')[1]);
      kinds.forEach((kind, i) => entries.push([kind, number, element, cells[i]]));
    }
  }
  for (const section of doc.querySelectorAll('.panel.step')) {
    const at = e => Number(e.dataset.e.split('.')[1]);
    const heads = [...section.querySelectorAll('thead th')];
    for (const row of section.querySelectorAll('tbody tr')) {
      [...row.querySelectorAll('td')].forEach((td, i) => entries.push(
        [section.id.slice(4), at(row.querySelector('th')), at(heads[i]), td.dataset.v ?? '0',
         td.dataset.e ?? '', td.textContent]));
    }
  }
  return {values, entries};
}

// How many boxes each button of a module folds; it unfolds them again.
function modules(doc) {
  const folded = () => doc.querySelectorAll('.box.folded').length, before = folded();
  return [...doc.querySelectorAll('button.module')].map(button => {
    button.click();
    const hidden = folded() - before;
    return button.click(), folded() === before ? hidden : -1;
  });
}

function look(doc, whole) {
  const report = {folded: doc.querySelectorAll('.box.folded').length, overlaps: [], leaves: [], contrast: [99, ''], panels: 0};
  const into = found => {
    report.overlaps.push(...overlaps(doc));
    report.leaves.push(...leaves(doc));
    const [least, where] = contrast(doc);
    if (least < report.contrast[0]) report.contrast = [least, where];
  };
  doc.querySelectorAll('details.inside').forEach(d => { d.open = true; });
  for (const link of doc.querySelectorAll('.edge, .box, .feed')) {
    const panel = doc.querySelector(link.getAttribute('href'));
    const shown = [...doc.querySelectorAll('.panel')].filter(visible);
    link.click();
    const now = [...doc.querySelectorAll('.panel')].filter(visible);
    if (now.length !== 1 || now[0] !== panel) report.leaves.push(`${describe(link)} shows ${now.map(p => p.id)}`);
    if (!panel.querySelector('table, .picture, .soft')) report.leaves.push(`${panel.id} is empty`);
    into();
    if (whole && panel.matches('.step')) {
      const found = linked(doc);
      report.linked = (report.linked ?? 0) + found.cells;
      const slid = slides(doc);
      report.slid = (report.slid ?? 0) + slid.outputs;
      report.leaves.push(...found.faults, ...slid.faults);
    }
    report.panels += 1;
  }
  if (whole) {
    Object.assign(report, {modules: modules(doc), accessibility: accessibility(doc), focus: focusOrder(doc),
                           numbers: numbers(doc), keyboard: keyboard(doc),
                           won: doc.querySelectorAll('.won, .winners').length,
                           folds: JSON.parse(doc.querySelector('#folds').textContent), trained: trained(doc)});
  }
  return report;
}
