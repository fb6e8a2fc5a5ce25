// The agents: who looks, on how many interfaces, and what each one lost.

import { $, breakable, el, replace, table } from './dom.js';
import { ago, exact, number, plural } from './format.js';

const level = { capturing: 'good', silent: 'bad', gone: 'unknown' };

function more(agent) {
  const reasons = Object.entries(agent.not_metered ?? {}).filter(([, value]) => value);
  return el('div', null,
    agent.interfaces?.length ? table(`Interfaces of ${agent.agent}`,
      [['interface'], ['kind'], ['vni', 1], ['captured', 1], ['dropped', 1]].map(([name, num]) => el('th', { class: num ? 'num' : '', scope: 'col' }, name)),
      agent.interfaces.map((one) => el('tr', null,
        el('td', null, breakable(one.name)), el('td', null, one.kind),
        el('td', { class: 'num' }, one.vni === null || one.vni === undefined ? '–' : String(one.vni)),
        el('td', { class: 'num' }, number(one.captured, 'packets')),
        el('td', { class: `num${one.dropped ? ' bad' : ''}` }, number(one.dropped, 'packets'))))) : el('p', null, 'It captures no interface.'),
    el('dl', { class: 'pairs' },
      [['captured', agent.captured], ['metered', agent.metered], ['witnessed', agent.witnessed], ...reasons.map(([reason, value]) => [`not metered: ${reason}`, value]),
        ['flows evicted', agent.evicted], ['records dropped', agent.records_dropped], ['local addresses', agent.local_addresses]]
        .filter(([, value]) => value !== undefined && value !== null).map(([name, value]) => [el('dt', null, breakable(name)), el('dd', null, exact(value))])));
}

/** Fills the panel. */
export function showAgents(rows, { folds, now }) {
  if (!rows.length) {
    replace($('agents'), el('p', { class: 'empty' }, 'No agent has reported to this collector. Start one with ', el('code', null, 'zonal agent --interface PATTERN --collector URL'), '.'));
    return;
  }
  replace($('agents'), el('ol', { class: 'agents' }, rows.map((agent) => {
    const lost = [[agent.dropped, 'packet', 'dropped'], [agent.evicted, 'flow', 'evicted'], [agent.records_dropped, 'record', 'dropped']].filter(([value]) => value);
    return el('li', null,
      el('p', { class: 'row tight' }, el('b', null, breakable(agent.agent)), el('span', { class: `state ${level[agent.state] ?? 'unknown'}` }, agent.state),
        el('span', { class: 'quiet end', title: agent.last_seen }, `heard ${ago(Date.parse(agent.last_seen), now)}`)),
      el('p', null, `${plural(agent.interfaces?.length ?? 0, 'interface')}, `, number(agent.captured, 'packets'), ' packets captured, ',
        lost.length ? lost.map(([value, what, how], i) => el('span', { class: 'bad' }, `${i ? ', ' : ''}${plural(value, what)} ${how}`)) : 'none lost'),
      folds.details(`agent ${agent.agent}`, 'Interfaces and account', () => more(agent)));
  })));
}
