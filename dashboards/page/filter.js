// The filter box: what is typed, what was wrong with it and where, and how clicks add to it.

import { $, el, replace } from './dom.js';

const examples = [
  ['dst port 445', 'who spoke SMB'],
  ['src net 10.1.0.0/16 and not dst net 10.1.0.0/16', 'out of a segment'],
  ['state in [S0,REJ]', 'tried and not answered'],
  ['bytes > 10M', 'large transfers'],
  ['proto icmp or proto ipv6-icmp', 'pings and errors'],
];

const grammar = [
  ['host 10.0.0.7', 'either side; `src host` or `dst host` for one; IPv6 the same way; `host 10.0.0.1-10.0.0.9`'],
  ['net 10.1.0.0/16', 'either side; `src net`, `dst net`'],
  ['port 443, port in [80,443]', 'either side; `src port`, `dst port`'],
  ['proto tcp', 'a name or a number'],
  ['bytes > 10M, packets >= 100', 'any field of numbers; `=` `!=` `<` `<=` `>` `>=`; k, M, G, KiB, MiB'],
  ['duration > 1h', 'ms, s, m, h, d'],
  ['flags S and not flags A', 'TCP flags of the record: C E U A P R S F'],
  ['state in [S0,REJ]', 'connection state: S0 unanswered, SF answered and ended, REJ refused'],
  ['vni 5001, vlan absent', 'any field by its name; `absent`, `present`, `in [a, b]`'],
  ['agent "host-*"', 'names, with * for anything; `agent ~ "^host-[0-9]+$"` by a regular expression'],
  ['and, or, not, ( )', '`not` binds first, then `and`, then `or`'],
];

/** Shows the examples; `use` takes the text of the one that was chosen. */
export function showExamples(use) {
  replace($('examples'), el('span', { class: 'quiet' }, 'Try'), examples.map(([text, meaning]) =>
    el('button', { type: 'button', class: 'chip mono', title: meaning, click: () => use(text) }, text)));
}

/** Text with its `words` in the fixed-width face. */
const marked = (text) => text.split('`').map((part, index) => (index % 2 ? el('code', null, part) : part));

/** Fills the help with the grammar's core and the field catalogue. */
export function showHelp(fields) {
  replace($('help-body'),
    el('p', null, marked('Conditions joined by words. Enter applies, `/` goes to the box, arrows choose among completions. The source is who opened the connection (the initiator).')),
    el('dl', { class: 'grammar' }, grammar.map(([text, meaning]) => [el('dt', null, el('code', null, text)), el('dd', null, marked(meaning))])),
    el('h3', null, 'Fields'),
    fields.length
      ? el('dl', { class: 'grammar' }, fields.map((field) => [
        el('dt', null, el('code', null, field.name)),
        el('dd', null, field.meaning, field.unit ? el('span', { class: 'quiet' }, ` (${field.unit})`) : null),
      ]))
      : el('p', { class: 'quiet' }, 'The collector has not named its fields yet.'));
}

/** Characters as people count them, which is how the collector counts columns. */
export const split = (text) => (Intl.Segmenter ? Array.from(new Intl.Segmenter().segment(text), (part) => part.segment) : Array.from(text));

/** Shows a fault under the column it was found at (1 is the first), or takes it away. */
export function showFault(text, fault, older) {
  const box = $('filter-error');
  const shown = fault ? JSON.stringify([text, fault, older]) : '';
  if (box.dataset.shown === shown) return; // Said once: screen readers read it out each time it is put in.
  box.dataset.shown = shown;
  $('filter').toggleAttribute('aria-invalid', Boolean(fault));
  if (!fault) { replace(box); return; }
  const letters = split(text).map((letter) => (/\s/.test(letter) ? ' ' : letter));
  const column = Number.isInteger(fault.column) ? Math.min(Math.max(fault.column, 1), letters.length + 1) : null;
  replace(box,
    column && el('pre', { class: 'mono', 'aria-hidden': 'true' }, letters.slice(0, column - 1).join(''),
      el('mark', null, letters[column - 1] ?? ' '), letters.slice(column).join(''), `\n${' '.repeat(column - 1)}^`),
    el('p', null, column ? `Column ${column}: ` : '', /[.?!]$/.test(fault.message) ? fault.message : `${fault.message}.`, ' ',
      el('span', { class: 'quiet' }, older ?? 'Nothing was asked.')));
}

/** Puts the cursor where the fault is; only when the filter was just typed. */
export function pointAt(fault) {
  if (!Number.isInteger(fault?.column)) return;
  const input = $('filter');
  const at = split(input.value).slice(0, fault.column - 1).join('').length;
  input.focus();
  input.setSelectionRange(at, at);
}

/** The filter that narrows `old` by a further condition. */
export function narrowed(old, condition) {
  const text = old.replace(/#[^"']*$/, '').trim();
  if (!text) return condition;
  if (text === condition || text.endsWith(` and ${condition}`)) return text;
  return /\bor\b/i.test(text) ? `(${text}) and ${condition}` : `${text} and ${condition}`;
}

const words = { src: 'src host', dst: 'dst host', src_port: 'src port', dst_port: 'dst port' };
const plain = ['proto', 'state', 'vni', 'vlan', 'encap', 'tunnel_depth', 'outer_src', 'outer_dst', 'src_mac', 'dst_mac', 'flow_id', 'icmp_type', 'end_reason', 'initiator_basis'];

/** The condition that finds a value of a field again; null where looking for the same value makes no sense. */
export function condition(field, value) {
  if (value === null || value === undefined || value === '') return null;
  if (field === 'agent' || field === 'interface') return /["'\\*\n]/.test(value) ? null : `${field} "${value}"`;
  return words[field] ? `${words[field]} ${value}` : plain.includes(field) ? `${field} ${value}` : null;
}

/** The condition for an edge. Protocols without ports have 0 there, which is left out. */
export const edgeCondition = (row) => ['src', 'dst', 'dst_port', 'proto']
  .filter((field) => field !== 'dst_port' || row.dst_port)
  .map((field) => condition(field, row[field])).filter(Boolean).join(' and ');
