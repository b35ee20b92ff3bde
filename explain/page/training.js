// The script of explain's page: numbers of each step of training. CMake puts the files of it together in one function.
// A function, since most pages have no training.
const playTraining = () => {
  const steps = data(one('#steps')), loss = steps.map(s => Number(s[ids[last] + 'v'] ? s[ids[last] + 'v'][0] : NaN));
  const slider = one('#at'), curve = one('.curve'), svg = (name, attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    return curve.appendChild(element);
  };
  const highest = Math.max(...loss.filter(Number.isFinite), 1e-30);
  const spot = i => [5 + 290 * i / Math.max(1, loss.length - 1), 95 - 88 * (loss[i] || 0) / highest];
  svg('path', {d: 'M' + loss.map((_, i) => spot(i).join(' ')).join('L')});
  const now = svg('circle', {r: 3});
  const paint = (element, text, largest) => {
    const value = Number(text.replace('inf', 'Infinity'));
    const share = Number.isFinite(value) ? Math.abs(value) / (largest || 1) : 1;
    element.classList.remove('pos', 'neg', 'zero', 'nan');
    element.classList.add(Number.isNaN(value) ? 'nan' : !value ? 'zero' : value < 0 ? 'neg' : 'pos');
    element.style.setProperty('--s', Math.max(4, Math.floor(share * 100)) + '%');
  };
  const largestOf = texts => Math.max(0, ...texts.map(t => Math.abs(Number(t))).filter(Number.isFinite));
  const train = i => {
    slider.value = i;
    one('#gradient').hidden = i > 0;  // it is that of the first step
    const s = steps[i];
    tensors.forEach((_, k) => {
      for (const kind of ['v', 'g']) {
        const texts = s[k + kind];
        if (!texts) continue;
        all(`[data-t="${k}"][data-k="${kind}"]`).forEach(group => {
          all('.c', group).forEach((c, n) => { c.textContent = texts[n]; paint(c, texts[n], largestOf(texts)); });
          group.setAttribute('aria-label', group.getAttribute('aria-label').split(':')[0] + ': ' + texts.join(', '));
        });
        all(`#station${k} tbody tr`).forEach((tr, n) => {
          tr.cells[kind === 'g' ? tr.cells.length - 1 : 1].textContent = texts[n];
        });
      }
    });
    all('.panel.step').forEach(panel => {
      const texts = s['m' + panel.id.slice(4)], table = one('table.matrix', panel);
      if (!texts || !table) return;
      all('tbody td', table).forEach((td, n) => {
        if (texts[n] === '0') delete td.dataset.v; else td.dataset.v = texts[n];
        if (!td.dataset.e) td.textContent = texts[n];
        paint(td, texts[n], largestOf(texts));
      });
    });
    const [x, y] = spot(i);
    now.setAttribute('cx', x);
    now.setAttribute('cy', y);
    one('#trained').textContent = `after ${i} steps: ${names[ids[last]]} = ${loss[i]}`;
  };
  slider.addEventListener('input', () => train(Number(slider.value)));
  let run = 0;
  const button = one('#train');
  const pause = () => { clearInterval(run); run = 0; button.textContent = 'Play'; };
  button.addEventListener('click', () => {
    if (run) return pause();
    if (Number(slider.value) === steps.length - 1) train(0);
    button.textContent = 'Pause';
    run = setInterval(() => {
      if (Number(slider.value) === steps.length - 1) return pause();
      train(Number(slider.value) + 1);
    }, calm.matches ? 1000 : 200);
  });
  train(0);
};
if (one('#training')) playTraining();
