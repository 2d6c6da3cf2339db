'use strict';
// What needs a script: copying a command, filling in pictures as they come into view, drawing the map. Everything else is on the page.

for (const button of document.querySelectorAll('button.copy')) {
  button.addEventListener('click', async () => {
    const code = button.previousElementSibling;
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {  // an old browser, or a page from a disk: select it, so that a key press copies
      getSelection().selectAllChildren(code);
      if (!document.execCommand('copy')) return;
    }
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
}

(function pictures() {
  const block = document.getElementById('thumbnails');
  if (!block) return;
  let data = null;
  const fill = image => {
    if (image.src) return;
    data = data || JSON.parse(block.textContent);
    if (image.width <= 40 && image.height <= 40) image.classList.add('small-source');
    image.src = 'data:image/jpeg;base64,' + data[image.dataset.t];
  };
  const images = document.querySelectorAll('img[data-t]');
  const all = () => images.forEach(fill);
  const watcher = new IntersectionObserver(entries => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      entry.target.querySelectorAll('img[data-t]').forEach(fill);
      watcher.unobserve(entry.target);
    }
  }, {rootMargin: '400px'});
  document.querySelectorAll('.sheet').forEach(sheet => {
    watcher.observe(sheet);
    sheet.addEventListener('click', event => {
      if (event.target.title) sheet.querySelector('.shown').textContent = event.target.title;
    });
  });
  addEventListener('beforeprint', all);
})();

(function map() {
  const block = document.getElementById('map-data');
  const canvas = document.getElementById('map-canvas');
  if (!block || !canvas) return;
  const data = JSON.parse(block.textContent);
  const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const u16 = text => { const b = bytes(text); return Uint16Array.from({length: b.length >> 1}, (_, i) => b[2 * i] | b[2 * i + 1] << 8); };
  const xy = u16(data.xy), bin = u16(data.bin), label = u16(data.class), kept = bytes(data.kept), rows = bytes(data.row);
  const rowOf = i => (rows[4 * i] | rows[4 * i + 1] << 8 | rows[4 * i + 2] << 16) + rows[4 * i + 3] * 16777216;
  const tip = document.getElementById('map-tip');
  const legend = document.getElementById('map-legend');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  // Bins are an order: viridis. Classes are not: Okabe & Ito, then Tol, whose hues stay apart for every kind of colour vision.
  const viridis = [[68, 1, 84], [71, 45, 123], [59, 82, 139], [44, 114, 142], [33, 145, 140], [40, 174, 128], [94, 201, 98], [173, 220, 48], [253, 231, 37]];
  const hues = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#999933', '#882255', '#8c8c8c', '#44aa99', '#aa4499', '#ddcc77'];
  const ramp = t => {
    const at = (dark.matches ? .18 + .82 * t : .9 * t) * (viridis.length - 1);
    const i = Math.min(viridis.length - 2, Math.floor(at)), f = at - i;
    return `rgb(${viridis[i].map((c, k) => Math.round(c + (viridis[i + 1][k] - c) * f)).join()})`;
  };
  const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let mode = 'kept', chosen = -1;

  // Groups of a mode: which points, which colour, which name; drawn in order.
  const groupOf = i => mode === 'kept' ? kept[i] : mode === 'bin' ? bin[i] : label[i];
  const groups = () => {
    if (mode === 'kept') return [{id: 0, name: 'left out', colour: style('--left-out')}, {id: 1, name: 'kept', colour: style('--kept')}];
    if (mode === 'bin') return Array.from({length: data.binCount}, (_, i) => ({id: i, name: 'bin ' + i, colour: ramp(data.binCount > 1 ? i / (data.binCount - 1) : 0)}));
    return data.names.map((name, i) => ({id: i, name, colour: hues[i % hues.length]}));
  };
  // A fixed shuffle, so that no group lies on top only because its rows come last.
  const order = Uint32Array.from({length: data.points}, (_, i) => i);
  for (let i = order.length - 1, s = 1; i > 0; --i) {
    s = Math.imul(s, 1664525) + 1013904223 >>> 0;
    const j = Math.floor(s / 4294967296 * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }

  let width = 0, height = 0, shown = order;
  const margin = 14;
  const px = i => margin + xy[2 * i] / 65535 * (width - 2 * margin);
  const py = i => height - margin - xy[2 * i + 1] / 65535 * (height - 2 * margin);
  function draw() {
    width = canvas.clientWidth;
    height = Math.round(width * Math.max(.5, data.aspect));
    canvas.style.height = height + 'px';
    const scale = devicePixelRatio || 1;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext('2d');
    pen.scale(scale, scale);
    const colours = new Map(groups().map(g => [g.id, g.colour]));
    // A small screen draws fewer points rather than one blot; the first of a shuffle are a fair sample.
    shown = order.subarray(0, Math.round(Math.min(data.points, width * height / 11)));
    const size = Math.max(1.6, Math.min(4, Math.sqrt(width * height / shown.length) / 3));
    const faint = style('--line');
    const pass = wanted => {
      for (const i of shown) {
        if (!wanted(i)) continue;
        const g = groupOf(i);
        pen.fillStyle = chosen >= 0 && g !== chosen ? faint : colours.get(g) || faint;
        pen.fillRect(px(i) - size / 2, py(i) - size / 2, size, size);
      }
    };
    if (chosen >= 0) { pass(i => groupOf(i) !== chosen); pass(i => groupOf(i) === chosen); }
    else pass(() => true);
  }

  function showLegend() {
    legend.replaceChildren();
    const list = groups();
    for (const group of list.slice(0, 300)) {
      const button = document.createElement('button');
      button.type = 'button';
      button.setAttribute('aria-pressed', group.id === chosen);
      const swatch = document.createElement('i');
      swatch.className = 'swatch';
      swatch.style.background = group.colour;
      button.append(swatch, group.name);
      button.addEventListener('click', () => { chosen = chosen === group.id ? -1 : group.id; refresh(); });
      legend.append(button);
    }
    if (list.length > 300) { const more = document.createElement('span'); more.className = 'more'; more.textContent = `and ${list.length - 300} more`; legend.append(more); }
  }
  function refresh() {
    const at = legend.scrollTop;
    showLegend();
    legend.scrollTop = at;
    draw();
  }

  canvas.addEventListener('pointermove', event => {
    const box = canvas.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top;
    let best = -1, nearest = 100;
    for (const i of shown) {
      const d = (px(i) - x) ** 2 + (py(i) - y) ** 2;
      if (d < nearest) { nearest = d; best = i; }
    }
    tip.hidden = best < 0;
    if (best < 0) return;
    const parts = ['row ' + rowOf(best).toLocaleString('en')];
    if (label.length && data.names[label[best]] !== undefined) parts.push(data.names[label[best]]);
    if (data.binCount > 1) parts.push('bin ' + bin[best]);
    parts.push(kept[best] ? 'kept' : 'left out');
    tip.textContent = parts.join(' · ');
    tip.style.left = Math.max(0, Math.min(px(best) + 12, width - tip.offsetWidth)) + 'px';
    tip.style.top = Math.max(0, py(best) - 36) + 'px';
  });
  canvas.addEventListener('pointerleave', () => { tip.hidden = true; });
  for (const radio of document.querySelectorAll('input[name=colour]')) {
    radio.addEventListener('change', () => { mode = radio.value; chosen = -1; refresh(); });
  }
  dark.addEventListener('change', refresh);
  new ResizeObserver(() => { if (canvas.clientWidth !== width) draw(); }).observe(canvas);
  refresh();
})();
