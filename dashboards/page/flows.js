// The flow table: newest first, columns by choice, every field of a record on a click, older records by the cursor.

import { $, breakable, el, replace, table } from './dom.js';
import { condition } from './filter.js';
import { bytes, count, duration, exact, plural, time } from './format.js';

const narrow = ['end', 'proto', 'src', 'dst', 'dst_port', 'bytes', 'rev_bytes'];
const wide = ['end', 'proto', 'src', 'src_port', 'dst', 'dst_port', 'state', 'duration', 'packets', 'bytes', 'rev_packets', 'rev_bytes', 'agent'];
/** Measures of groups: a single record has none. */
const groupOnly = new Set(['records', 'flows']);
const fallbackKinds = { start: 'timestamp', end: 'timestamp', flow_start: 'timestamp', src: 'address', dst: 'address' };
const numeric = new Set(['port', 'count', 'number', 'real', 'milliseconds', 'microseconds']);

export class FlowTable {
  /** - use: takes a condition to add to the filter. - older: asks for the rows after a cursor. - newest: asks anew. */
  constructor({ use, older, newest, changed }) {
    Object.assign(this, { use, older, newest, changed });
    this.rows = [];
    this.open = new Set();
    this.catalogue = [];
    this.chosen = null;
    this.held = false;
  }

  get columns() { return this.chosen ?? (matchMedia('(max-width: 900px)').matches ? narrow : wide); }
  /** Every field a record can have; undefined leaves the choice to the collector. */
  get fields() {
    const names = this.catalogue.map((field) => field.name).filter((name) => !groupOnly.has(name));
    return names.length ? names.join(',') : undefined;
  }

  setCatalogue(fields) {
    this.catalogue = fields;
    this.kind = new Map(fields.map((field) => [field.name, field]));
    this.showColumns();
  }

  showColumns() {
    const names = this.catalogue.map((field) => field.name).filter((name) => !groupOnly.has(name));
    replace($('column-list'), names.map((name) => el('label', { title: this.kind.get(name).meaning },
      el('input', { type: 'checkbox', checked: this.columns.includes(name), 'data-key': `column ${name}`, change: (event) => {
        const kept = this.columns.filter((other) => other !== name);
        const wanted = event.target.checked ? [...kept, name] : kept;
        this.chosen = names.filter((other) => wanted.includes(other));
        this.changed(this.chosen);
        this.draw();
      } }), ` ${name}`)),
    el('button', { type: 'button', 'data-key': 'column default', click: () => {
      this.chosen = null; this.changed(null); this.showColumns(); this.draw();
    } }, 'The usual ones'));
  }

  show(answer, { append, now, empty }) {
    this.rows = append ? [...this.rows, ...answer.rows] : answer.rows;
    this.held = Boolean(append);
    this.cursor = answer.cursor;
    Object.assign(this, { now, empty, stats: answer.stats });
    this.draw();
  }

  describe(name) { return this.kind?.get(name) ?? { kind: fallbackKinds[name] ?? '', meaning: '', unit: '' }; }

  /** A value as its kind is read. */
  cell(name, value) {
    if (value === null || value === undefined || value === '') return el('span', { class: 'absent' }, '–');
    const { kind, unit } = this.describe(name);
    switch (kind) {
      case 'timestamp': return time(value, this.now);
      case 'address': case 'mac': return breakable(value);
      case 'milliseconds': return el('span', { title: exact(value, 'ms') }, duration(value));
      case 'microseconds': return el('span', { title: exact(value, 'µs') }, duration(value / 1000));
      case 'count': return el('span', { title: exact(value, unit) }, unit === 'bytes' ? bytes(value) : count(value));
      case 'real': return el('span', { title: `${value} ${unit}` }, count(Number(Number(value).toPrecision(3))));
      case 'boolean': return value ? 'yes' : 'no';
      case 'text': return breakable(value);
      default: return String(value);
    }
  }

  key(row) { return [row.agent, row.flow_id, row.part, row.end, row.src, row.src_port, row.dst, row.dst_port, row.interface].join(' '); }

  draw() {
    const box = $('flows');
    if (!this.rows.length) { if (this.empty) replace(box, this.empty); return; }
    const columns = this.columns;
    const rows = this.rows.map((row) => {
      const key = this.key(row);
      const isOpen = this.open.has(key);
      const toggle = el('button', {
        type: 'button', class: 'toggle', 'aria-expanded': String(isOpen), 'data-key': `row ${key}`, 'aria-label': 'All fields of this record',
      }, isOpen ? '▾' : '▸');
      return [
        el('tr', { class: `pick${row.counted === false ? ' witness' : ''}`, click: () => {
          if (String(getSelection())) return;
          if (isOpen) this.open.delete(key); else this.open.add(key);
          this.draw();
        } }, el('td', { class: 'fold' }, toggle), columns.map((name) =>
          el('td', { class: numeric.has(this.describe(name).kind) ? 'num' : this.describe(name).kind === 'timestamp' ? 'nowrap' : '' }, this.cell(name, row[name])))),
        isOpen ? el('tr', { class: 'all-fields' }, el('td', { colspan: columns.length + 1 }, this.all(row))) : null,
      ];
    });
    const read = this.stats;
    replace(box,
      table('Flows', [el('th', { class: 'fold' }, el('span', { class: 'hidden' }, 'all fields')), columns.map((name) => el('th', {
        class: numeric.has(this.describe(name).kind) ? 'num' : '', title: this.describe(name).meaning, scope: 'col',
      }, name.split('_').map((part, i) => [i ? ['_', el('wbr')] : null, part])))], rows),
      el('p', { class: 'row foot' },
        this.held ? el('button', { type: 'button', 'data-key': 'newest', click: () => this.newest() }, 'Back to the newest') : null,
        this.cursor ? el('button', { type: 'button', 'data-key': 'older', click: () => this.older(this.cursor) }, 'Older') : null,
        el('span', { class: 'quiet' },
          `${plural(this.rows.length, 'record')} shown, ${this.cursor ? 'older ones follow' : 'the oldest is the last'}. `,
          this.held ? 'This table stands still while older records are shown. ' : '',
          read ? `Answered in ${duration(read.milliseconds ?? 0)}: ${exact(read.blocks_read ?? 0)} of ${plural(read.blocks ?? 0, 'block')} read, ${plural(read.rows_scanned ?? 0, 'record')} looked at.` : '')));
  }

  /** Every field of a record; those that a short condition can find again have a button for it. */
  all(row) {
    const names = this.catalogue.length ? this.catalogue.map((field) => field.name).filter((name) => name in row) : Object.keys(row);
    const present = names.filter((name) => row[name] !== null && row[name] !== undefined && row[name] !== '');
    const absent = names.filter((name) => !present.includes(name));
    return el('div', { class: 'record' },
      el('dl', null, present.map((name) => {
        const wanted = condition(name, row[name]);
        const { kind, meaning } = this.describe(name);
        return el('div', null, el('dt', { title: meaning }, name), el('dd', null,
          kind === 'timestamp' ? breakable(row[name]) : this.cell(name, row[name]),
          kind === 'count' && row[name] >= 1000 ? el('span', { class: 'quiet' }, ` ${exact(row[name])}`) : null,
          wanted && el('button', { type: 'button', class: 'add', title: `Add to the filter: ${wanted}`, 'aria-label': `Add to the filter: ${wanted}`, click: () => this.use(wanted) }, '+')));
      })),
      absent.length ? el('p', { class: 'quiet' }, `Absent: ${absent.join(', ')}`) : null);
  }
}
