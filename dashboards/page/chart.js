// Traffic over time: stacked bars of bytes by protocol, drawn as SVG at the size of its box.

import { el, replace, svg } from './dom.js';
import { bytes, clock, count, day, exact, stamp, zone } from './format.js';

const margin = { left: 62, right: 10, top: 10, bottom: 24 };
const height = 230;
const known = { tcp: 1, udp: 2, icmp: 3, 'ipv6-icmp': 4 };
const steps = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000];

/** A bucket length that gives 30 to 120 bars. */
export function interval(milliseconds) {
  return [1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 21600, 86400, 604800].find((s) => milliseconds / s / 1000 <= 120) ?? 2592000;
}

/** Sums the rows into one stack per bucket, largest protocol first; past six, and rows of no protocol, are `other`. */
function stacks(rows, step) {
  const total = new Map();
  const buckets = new Map();
  for (const row of rows) {
    const at = Math.floor(Date.parse(row.start ?? row.time) / step) * step;
    if (Number.isNaN(at)) continue;
    const sum = (row.bytes ?? 0) + (row.rev_bytes ?? 0);
    const name = row.proto ?? 'other';
    total.set(name, (total.get(name) ?? 0) + sum);
    const bucket = buckets.get(at) ?? buckets.set(at, new Map()).get(at);
    bucket.set(name, (bucket.get(name) ?? 0) + sum);
  }
  const order = [...total.keys()].filter((name) => name !== 'other').sort((a, b) => total.get(b) - total.get(a));
  const rest = [...order.slice(6), ...(total.has('other') ? ['other'] : [])];
  const names = rest.length ? [...order.slice(0, 6), 'other'] : order;
  if (rest.length) total.set('other', rest.reduce((sum, name) => sum + total.get(name), 0));
  let free = 5;
  const colour = new Map(names.map((name) => [name, name === 'other' ? 0 : known[name] ?? Math.min(free++, 7)]));
  const values = new Map([...buckets].map(([at, bucket]) => [at, names.map((name) =>
    name === 'other' ? rest.reduce((sum, n) => sum + (bucket.get(n) ?? 0), 0) : bucket.get(name) ?? 0)]));
  return { names, total, colour, values };
}

function niceStep(top, parts) {
  const raw = top / parts;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw) * power;
}

function timeTicks(since, until, width) {
  const step = (steps.find((s) => (s * 1000 * width) / (until - since) >= 84) ?? steps.at(-1)) * 1000;
  const shift = zone.offset(since) * 60000;
  const ticks = [];
  for (let at = Math.ceil((since + shift) / step) * step - shift; at <= until; at += step) ticks.push(at);
  return { ticks, step };
}

function tickLabel(at, step) {
  if (clock(at) === '00:00:00' || step >= 86400000) return day(at).slice(5);
  return step < 60000 ? clock(at) : clock(at).slice(0, 5);
}

/** The chart. `zoom(since, until)` is called when a span was dragged over it, or Enter pressed on a bucket. */
export class SeriesChart {
  constructor(box, zoom) {
    this.box = box;
    this.zoom = zoom;
    this.at = null;
    new ResizeObserver(() => { if (this.data && this.width !== box.clientWidth) this.draw(); }).observe(box);
  }

  /** Shows an answer. `empty` are the sentences to show when there is nothing to draw. */
  show(rows, span, seconds, empty) {
    if (this.dragging) return;
    this.data = { ...stacks(rows, seconds * 1000), rows, span, step: seconds * 1000, empty };
    this.draw();
  }

  draw() {
    const { names, total, colour, values, rows, span, step, empty } = this.data;
    if (!rows.length) { replace(this.box, empty); return; }
    this.width = this.box.clientWidth;
    const inner = { width: Math.max(this.width - margin.left - margin.right, 50), height: height - margin.top - margin.bottom };
    const x = (ms) => margin.left + ((Math.min(Math.max(ms, span.since), span.until) - span.since) / (span.until - span.since)) * inner.width;
    const highest = Math.max(8, ...[...values.values()].map((stack) => stack.reduce((a, b) => a + b, 0)));
    const yStep = niceStep(highest, 4);
    const top = Math.ceil(highest / yStep) * yStep;
    const y = (value) => margin.top + inner.height * (1 - value / top);

    const grid = [];
    for (let value = 0; value <= top + yStep / 2; value += yStep) {
      grid.push(svg('line', { class: 'grid', x1: margin.left, x2: this.width - margin.right, y1: y(value), y2: y(value) }),
        svg('text', { x: margin.left - 6, y: y(value) + 4, 'text-anchor': 'end' }, bytes(value)));
    }
    const { ticks, step: tickStep } = timeTicks(span.since, span.until, inner.width);
    const axis = ticks.map((at) => [
      svg('line', { class: 'tick', x1: x(at), x2: x(at), y1: y(0), y2: y(0) + 4 }),
      svg('text', { x: Math.min(Math.max(x(at), margin.left + 4), this.width - 20), y: height - 6, 'text-anchor': 'middle' }, tickLabel(at, tickStep)),
    ]);
    const bars = [...values].filter(([at]) => at + step > span.since && at < span.until).map(([at, stack]) => {
      const left = x(at);
      const width = Math.max(x(at + step) - left - (inner.width / (span.until - span.since) * step > 5 ? 1 : 0), 0.7);
      let base = 0;
      return stack.map((value, index) => {
        if (!value) return null;
        const low = y(base);
        base += value;
        const high = y(base);
        return svg('rect', { class: `proto-${colour.get(names[index])}`, x: left, width, y: high, height: Math.max(low - high, 0.6) });
      });
    });
    this.cursor = svg('rect', { class: 'cursor', y: margin.top, height: inner.height, width: 0 });
    this.selection = svg('rect', { class: 'selection', y: margin.top, height: inner.height, width: 0 });
    const picture = svg('svg', {
      viewBox: `0 0 ${this.width} ${height}`, width: this.width, height, role: 'img',
      'aria-label': `Bytes by protocol from ${stamp(span.since)} to ${stamp(span.until)} ${zone.name()}`,
    }, grid, this.cursor, bars, axis, this.selection);

    const sum = (key) => rows.reduce((all, row) => all + (row[key] ?? 0), 0);
    this.readout = el('p', { class: 'readout', 'aria-live': 'polite' });
    this.summary = [
      ['flows', sum('flows')], ['records', sum('records')], ['bytes →', sum('bytes'), 1], ['bytes ←', sum('rev_bytes'), 1],
    ].map(([label, value, isBytes]) => el('span', { title: exact(value) }, el('b', null, isBytes ? bytes(value) : count(value)), ` ${label}  `));
    const figure = el('div', {
      class: 'chart', tabindex: 0, 'data-key': 'chart', role: 'group',
      'aria-label': 'Chart. Left and right arrows read one bucket after the other, Enter zooms in on it; or drag over a span.',
      keydown: (event) => this.key(event),
    }, picture);
    const milliseconds = (event) => {
      const ratio = (event.clientX - picture.getBoundingClientRect().left - margin.left) / inner.width;
      return span.since + Math.min(Math.max(ratio, 0), 1) * (span.until - span.since);
    };
    picture.addEventListener('pointermove', (event) => {
      if (this.dragging) this.select(this.dragging, milliseconds(event), x);
      this.read(milliseconds(event));
    });
    picture.addEventListener('pointerleave', () => { if (!this.dragging) this.read(null); });
    picture.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.dragging = milliseconds(event);
      picture.setPointerCapture(event.pointerId);
    });
    const end = (event) => {
      const from = this.dragging;
      const to = milliseconds(event);
      this.dragging = null;
      this.select(0, 0, () => 0);
      if (event.type === 'pointerup' && from && Math.abs(x(to) - x(from)) > 6) this.zoom(Math.min(from, to), Math.max(from, to));
    };
    picture.addEventListener('pointerup', end);
    picture.addEventListener('pointercancel', end);
    this.geometry = { x };
    replace(this.box, this.readout, figure, el('ul', { class: 'legend' }, names.map((name) =>
      el('li', { title: exact(total.get(name), 'bytes') }, el('i', { class: `proto-${colour.get(name)}` }), `${name} ${bytes(total.get(name))}`))));
    this.read(this.at);
  }

  /** Reads out the bucket that holds an instant; null goes back to the sums. */
  read(ms) {
    this.at = ms;
    const { names, values, span, step } = this.data;
    const per = step >= 60000 ? `${step / 60000} min` : `${step / 1000} s`;
    if (ms === null || ms < span.since || ms > span.until) {
      this.cursor.setAttribute('width', 0);
      replace(this.readout, this.summary, el('span', { class: 'quiet' }, `a bar is ${per}`));
      return;
    }
    const at = Math.floor(ms / step) * step;
    const stack = values.get(at);
    this.cursor.setAttribute('x', this.geometry.x(at));
    this.cursor.setAttribute('width', Math.max(this.geometry.x(at + step) - this.geometry.x(at), 1));
    replace(this.readout, el('b', null, `${stamp(at)} + ${per}  `), stack
      ? names.map((name, index) => stack[index] ? el('span', { title: exact(stack[index], 'bytes') }, `${name} ${bytes(stack[index])}  `) : null)
      : 'no flows ended here');
  }

  select(a, b, x) {
    this.selection.setAttribute('x', Math.min(x(a), x(b)));
    this.selection.setAttribute('width', Math.abs(x(b) - x(a)));
  }

  key(event) {
    const { span, step } = this.data;
    const move = { ArrowLeft: -step, ArrowRight: step }[event.key];
    if (move) {
      this.read(Math.min(Math.max((this.at ?? (move < 0 ? span.until : span.since - step)) + move, span.since), span.until - 1));
    } else if (event.key === 'Enter' && this.at !== null) {
      const at = Math.floor(this.at / step) * step;
      this.zoom(at, at + step);
    } else if (event.key === 'Escape') {
      this.read(null);
    } else {
      return;
    }
    event.preventDefault();
  }
}
