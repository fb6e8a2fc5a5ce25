// The top edges: who talked to whom, on which port, how much.

import { $, breakable, el, replace, table } from './dom.js';
import { edgeCondition } from './filter.js';
import { bytes, exact, number } from './format.js';

const head = [['src → dst'], ['dst_port', 1], ['proto'], ['flows', 1], ['bytes', 1], ['rev_bytes', 1], ['', 0, 'bar-head']];

/** A bar of two parts on one scale: sent by the initiator, and answered. */
function bar(row, most) {
  const share = (value) => `${Math.max(value ? 1 : 0, (100 * (value ?? 0)) / most)}%`;
  const node = el('div', {
    class: 'bar', title: `${exact(row.bytes, 'bytes')} →, ${exact(row.rev_bytes ?? 0, 'bytes')} ←`,
  }, el('i', { class: 'sent' }), el('i', { class: 'answered' }));
  node.children[0].style.width = share(row.bytes);
  node.children[1].style.width = share(row.rev_bytes);
  return node;
}

/** Fills the table; `use` takes the condition of the edge that was chosen. */
export function showEdges(rows, use, empty) {
  if (!rows.length) { replace($('edges'), empty); return; }
  const most = Math.max(1, ...rows.map((row) => (row.bytes ?? 0) + (row.rev_bytes ?? 0)));
  replace($('edges'), table('Top edges', head.map(([name, num, other]) => el('th', { class: num ? 'num' : other, scope: 'col' }, name)),
    rows.map((row) => {
      const wanted = edgeCondition(row);
      return el('tr', {
        class: 'pick', title: `Add to the filter: ${wanted}`,
        click: () => { if (!String(getSelection())) use(wanted); },
      },
      el('td', null, el('button', { type: 'button', class: 'plain', 'data-key': `edge ${wanted}`, 'aria-label': `Add to the filter: ${wanted}` },
        breakable(row.src ?? '–'), ' ', el('span', { class: 'mono' }, '→ ', ...breakable(row.dst ?? '–').childNodes))),
      el('td', { class: 'num' }, row.dst_port === null ? '–' : String(row.dst_port)),
      el('td', null, row.proto ?? '–'),
      el('td', { class: 'num' }, number(row.flows)),
      el('td', { class: 'num', title: exact(row.bytes ?? 0, 'bytes') }, bytes(row.bytes ?? 0)),
      el('td', { class: 'num', title: exact(row.rev_bytes ?? 0, 'bytes') }, bytes(row.rev_bytes ?? 0)),
      el('td', { class: 'bars' }, bar(row, most)));
    })));
}
