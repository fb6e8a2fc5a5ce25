// What was seen and what was not: the strip under the question, and the sentences that stand where there are no rows.
// "No flows" and "nobody was looking" are different answers, and must never look alike.

import { $, el, replace, table } from './dom.js';
import { ago, exact, number, percent, plural, stamp, zone } from './format.js';

const capturing = (agents) => agents.filter((agent) => agent.state === 'capturing');

/** One sentence on who is looking now. */
export function watchers(agents, now) {
  if (!agents) return 'The agents are not known: the collector did not answer for them.';
  if (!agents.length) return 'No agent has reported to this collector: only imported flows or flows of other exporters can be here.';
  const looking = capturing(agents);
  if (!looking.length) {
    const last = Math.max(...agents.map((agent) => Date.parse(agent.last_seen)).filter((ms) => !Number.isNaN(ms)));
    return `No agent is capturing${Number.isFinite(last) ? ` (the last one was heard ${ago(last, now)})` : ''}: an empty answer says nothing about the network.`;
  }
  const interfaces = looking.reduce((sum, agent) => sum + (agent.interfaces?.length ?? 0), 0);
  return `${looking.length} of ${plural(agents.length, 'agent')} ${looking.length === 1 ? 'is' : 'are'} capturing on ${plural(interfaces, 'interface')}.`;
}

/** One sentence on the span of records held, beside the span that was asked for. */
function held(completeness, span) {
  const [oldest, newest] = [Date.parse(completeness?.oldest), Date.parse(completeness?.newest)];
  if (Number.isNaN(oldest) || Number.isNaN(newest)) return { text: 'The store holds no records yet.', outside: true };
  const outside = span.until <= oldest ? 'The asked span lies before all records held. ' : span.since > newest ? 'The asked span lies after all records held. ' : '';
  return { text: `${outside}Records are held from ${stamp(oldest)} to ${stamp(newest)} ${zone.name()}.`, outside: Boolean(outside) };
}

/** What stands in place of rows. */
export function nothing(what, { completeness, agents, span, filter, now }) {
  const data = held(completeness, span);
  const blind = agents && !capturing(agents).length;
  return el('div', { class: `empty${blind || data.outside ? ' warn' : ''}` },
    el('p', null, el('b', null, `${what}${filter ? ' match the filter' : ''} in this span.`)),
    el('p', null, data.text), el('p', null, watchers(agents, now)));
}

function level(value, agents) {
  if (agents && agents.length && !capturing(agents).length) return 'bad';
  if (value === null || value === undefined) return 'unknown';
  if (agents?.some((agent) => agent.state === 'silent') && value >= 0.99) return 'fair';
  return value >= 1 ? 'good' : value >= 0.99 ? 'fair' : 'bad';
}

const words = { good: '✓', fair: '!', bad: '✕', unknown: '?' };

/** Fills the strip. */
export function showSeen(folds, { completeness, agents, span, now }) {
  const value = completeness?.value;
  const state = level(value, agents);
  const reasons = completeness?.reasons ?? [];
  const box = $('seen');
  box.className = `strip ${state}`;
  const known = value !== null && value !== undefined;
  const silent = (agents ?? []).filter((agent) => agent.state !== 'capturing');
  const stages = completeness?.stages ?? [];
  replace(box,
    el('span', { class: 'mark', 'aria-hidden': 'true' }, words[state]),
    el('div', null,
      el('p', null, el('b', null, known
        ? value < 1 ? 'Something was not seen: ' : state === 'good' ? 'Nothing is known to be missing: ' : 'Not every agent is heard: '
        : 'What was not seen is not known: '),
      el('span', { title: known ? String(value) : 'completeness is null' }, known ? `${percent(value)} of what was offered was kept.` : 'no account.'),
      ' ', held(completeness, span).text, ' ', watchers(agents, now),
      silent.length && silent.length < (agents ?? []).length ? ` Not heard from: ${silent.slice(0, 4).map((one) => `${one.agent} (${one.state})`).join(', ')}${silent.length > 4 ? ' …' : ''}.` : ''),
      reasons.length ? el('ul', null, reasons.slice(0, 4).map((reason) => el('li', null, reason))) : null,
      stages.length || reasons.length > 4 ? folds.details('stages', `Account of ${plural(stages.length, 'stage')}`, () => el('div', null,
        reasons.length > 4 ? el('ul', null, reasons.slice(4).map((reason) => el('li', null, reason))) : null,
        stages.length ? table('Account of the stages', ['stage', 'kept', 'offered', 'not kept', 'share'].map((name, i) => el('th', { class: i ? 'num' : '' }, name)),
          stages.map((stage) => el('tr', null, el('td', null, stage.stage),
            el('td', { class: 'num' }, exact(stage.kept, stage.unit)), el('td', { class: 'num' }, exact(stage.offered, stage.unit)),
            el('td', { class: 'num' }, number(Math.max(stage.offered - stage.kept, 0))),
            el('td', { class: 'num' }, stage.offered ? percent(stage.kept / stage.offered) : 'nothing offered')))) : null)) : null));
}

/** The header's one line: does the collector answer, who captures, how many alerts are open. */
export function showHealth({ failed, agents, alerts, now, answered }) {
  const looking = agents ? capturing(agents).length : 0;
  const parts = [];
  if (failed) {
    parts.push(['bad', answered ? `${failed} Shown is the answer of ${ago(answered, now)}.` : failed]);
  } else {
    parts.push(['good', 'Collector answers']);
  }
  if (agents) {
    parts.push([!agents.length ? 'unknown' : looking === agents.length ? 'good' : looking ? 'fair' : 'bad',
      agents.length ? `${looking} of ${plural(agents.length, 'agent')} capturing` : 'no agents']);
  }
  if (alerts !== null && alerts !== undefined) parts.push([alerts ? 'bad' : 'good', `${alerts >= 200 ? '200 or more alerts' : plural(alerts, 'alert')} open`, 'alerts']);
  const text = parts.map((part) => part.join(':')).join('|');
  const box = $('health');
  if (box.dataset.text === text) return;
  box.dataset.text = text;
  replace(box, parts.map(([state, line, target]) => target
    ? el('button', { type: 'button', class: `state ${state}`, 'data-key': target, click: () => { $(`${target}-title`).scrollIntoView(); $(`${target}-title`).focus(); } }, line)
    : el('span', { class: `state ${state}` }, line)));
}

