// The list of alerts, each with its frozen evidence and the way to the flows behind it.

import { $, breakable, el, replace, table } from './dom.js';
import { duration, exact, percent, plural, time, when, zone } from './format.js';

const pair = (name, value) => value === null || value === undefined || value === '' ? null : [el('dt', null, name), el('dd', null, value)];

function evidence(alert, now) {
  const samples = alert.samples ?? [];
  return el('div', null,
    el('dl', { class: 'pairs' },
      pair('scope', breakable(alert.scope)),
      pair('observed', `${exact(alert.observed)}${alert.approximate ? ' at least (a bounded table lost entries)' : ''}`),
      pair('threshold', alert.threshold === null ? null : exact(alert.threshold)),
      pair('window', alert.window_seconds ? duration(alert.window_seconds * 1000) : null),
      pair('baseline', alert.baseline === undefined || alert.baseline === null ? null : exact(alert.baseline)),
      pair('tenant', alert.tenant), pair('agent', alert.agent ? breakable(alert.agent) : null),
      pair('opened', time(alert.opened, now)), pair('closed', alert.closed ? time(alert.closed, now) : null),
      pair('techniques', alert.techniques),
      pair('completeness', alert.completeness === null || alert.completeness === undefined ? 'no account for the window' : percent(alert.completeness)),
      pair('filter', alert.filter ? el('code', null, breakable(alert.filter)) : null)),
    samples.length ? table(`Sample flows of the alert ${alert.id}`,
      ['end', 'proto', 'src → dst', 'state'].map((name) => el('th', { scope: 'col' }, name)),
      samples.map((sample) => el('tr', null,
        el('td', null, time(sample.end, now)), el('td', null, sample.proto),
        el('td', null, breakable(`${sample.src}`), `${sample.src_port ? ` ${sample.src_port}` : ''} → `, breakable(`${sample.dst}`), `${sample.dst_port ? ` ${sample.dst_port}` : ''}`),
        el('td', null, sample.state)))) : null);
}

/** Fills the list; `show` takes the alert whose flows are wanted. */
export function showAlerts(rows, { folds, show, now, state, more }) {
  if (!rows.length) {
    replace($('alerts'), el('p', { class: 'empty' }, state === 'open' ? 'No alert is open.' : state === 'closed' ? 'No alert of this span was closed.' : 'No alert in this span.'));
    return;
  }
  replace($('alerts'), el('ol', { class: 'alerts' }, rows.map((alert) => el('li', null,
    el('p', { class: 'row tight' },
      el('span', { class: `badge ${['critical', 'high', 'medium', 'low', 'info'].includes(alert.severity) ? alert.severity : 'info'}` }, alert.severity),
      el('b', null, breakable(alert.name)), el('span', { class: 'quiet' }, alert.rule),
      el('span', { class: 'quiet end' }, alert.state, alert.count > 1 ? ` · ${exact(alert.count)} times` : '')),
    el('p', null, breakableText(alert.summary || alert.scope)),
    el('p', { class: 'quiet', title: `${alert.first_seen} to ${alert.last_seen}` },
      `${when(Date.parse(alert.first_seen), now)} to ${when(Date.parse(alert.last_seen), now)} ${zone.name()}`),
    alert.filter ? el('button', { type: 'button', class: 'small', 'data-key': `alert ${alert.id}`, click: () => show(alert) }, 'Show flows') : null,
    folds.details(`alert ${alert.id}`, `Evidence${alert.samples?.length ? `, ${plural(alert.samples.length, 'sample')}` : ''}`, () => evidence(alert, now))))),
  more ? el('p', { class: 'quiet' }, `The newest ${exact(rows.length)} are shown.`) : null);
}

/** Prose in the text's own face that may break inside a long address. */
function breakableText(text) {
  const node = breakable(text);
  node.classList.remove('mono');
  return node;
}
