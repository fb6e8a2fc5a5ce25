// The page: what is asked (kept in the address bar, so that it can be shared), the asking, and who shows which answer.

import { get, now, Problem, url } from './api.js';
import { showAgents } from './agents.js';
import { showAlerts } from './alerts.js';
import { interval, SeriesChart } from './chart.js';
import { attachCompletion } from './complete.js';
import { $, el, Folds, replace } from './dom.js';
import { showEdges } from './edges.js';
import { narrowed, pointAt, showExamples, showFault, showHelp } from './filter.js';
import { FlowTable } from './flows.js';
import { duration, fromInput, stamp, time, toInput, utc, zone } from './format.js';
import { nothing, showHealth, showSeen } from './seen.js';

const ranges = [['15m', 900, 'last 15 min'], ['1h', 3600, '1 h'], ['6h', 21600, '6 h'], ['24h', 86400, '24 h'], ['7d', 604800, '7 d']];
const pageSize = 50;
const folds = new Folds();
const answers = {};
const ask = { filter: '', range: '1h', since: null, until: null, order: 'total_bytes', alerts: 'open', witnesses: false };
let paused = false;
let running = null;
let timer = null;
let answered = null;
/** The filter of the answer that is shown: an earlier one while the present one has a fault. */
let answeredFilter = '';
let fields = [];

// What is asked, to and from the address bar.

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const instant = (name) => { const ms = Date.parse(given.get(name) ?? ''); return Number.isNaN(ms) ? null : ms; };
  ask.filter = given.get('filter') ?? '';
  [ask.since, ask.until] = [instant('since'), instant('until')];
  ask.range = ask.since === null ? ranges.find(([name]) => name === given.get('range'))?.[0] ?? '1h' : null;
  const oneOf = (name, id, usual) => [...$(id).options].some((option) => option.value === given.get(name)) ? given.get(name) : usual;
  ask.order = oneOf('order', 'edge-order', 'total_bytes');
  ask.alerts = oneOf('alerts', 'alert-state', 'open');
  ask.witnesses = given.get('witnesses') === '1';
  const columns = given.get('columns');
  flows.chosen = columns ? columns.split(',').filter((name) => /^[a-z_0-9]+$/.test(name)) : null;
}

function address() {
  const words = new URLSearchParams();
  if (ask.filter) words.set('filter', ask.filter);
  if (ask.range) words.set('range', ask.range); else words.set('since', utc(ask.since));
  if (!ask.range && ask.until !== null) words.set('until', utc(ask.until));
  if (ask.order !== 'total_bytes') words.set('order', ask.order);
  if (ask.alerts !== 'open') words.set('alerts', ask.alerts);
  if (ask.witnesses) words.set('witnesses', '1');
  if (flows.chosen) words.set('columns', flows.chosen.join(','));
  return `#${words}`;
}

/** Asks something else: a step in the browser's history. */
function change(part, options) {
  Object.assign(ask, part);
  if (['filter', 'range', 'since', 'witnesses'].some((name) => name in part)) flows.held = false;
  if (address() !== location.hash) history.pushState(null, '', address());
  showQuestion();
  load({ typed: false, ...options });
}

function span() {
  if (ask.range) {
    const until = now();
    return { since: until - ranges.find(([name]) => name === ask.range)[1] * 1000, until, live: true };
  }
  const until = ask.until ?? Math.max(now(), ask.since + 1000);
  return { since: ask.since, until, live: ask.until === null || ask.until > now() };
}

/** Moves the span by its own length: was it there before, is it there still? */
function move(direction) {
  const { since, until } = span();
  const shift = direction * (until - since);
  change({ range: null, since: Math.round(since + shift), until: Math.round(until + shift) });
}

const zoom = (since, until) => change({ range: null, since: Math.floor(since), until: Math.max(Math.ceil(until), Math.floor(since) + 1000) });
const use = (condition) => change({ filter: narrowed(ask.filter, condition) });

// Asking.

/** Asks for everything that the page shows, all for one and the same span. A load under way is given up. */
async function load({ typed = false } = {}) {
  clearTimeout(timer);
  running?.abort();
  const mine = new AbortController();
  running = mine;
  const asked = span();
  const common = { filter: ask.filter, since: utc(asked.since), until: utc(asked.until) };
  const seconds = interval(asked.until - asked.since);
  const witnesses = ask.witnesses ? 1 : undefined;
  const timeout = setTimeout(() => mine.abort(), 60000);
  document.body.setAttribute('aria-busy', 'true');
  if (!fields.length) await learnFields(mine.signal);
  const wanted = {
    flows: flows.held ? null : get('v1/flows', { ...common, fields: flows.fields, limit: pageSize, witnesses }, mine.signal),
    series: get('v1/series', { ...common, interval: `${seconds}s`, by: 'proto' }, mine.signal),
    edges: get('v1/aggregate', { ...common, by: 'src,dst,dst_port,proto', order: ask.order, limit: 10 }, mine.signal),
    alerts: get('v1/alerts', ask.alerts === 'open' ? { state: 'open', since: utc(0), limit: 200 }
      : { state: ask.alerts === 'all' ? undefined : ask.alerts, since: common.since, until: common.until, limit: 200 }, mine.signal),
    openAlerts: ask.alerts === 'open' ? null : get('v1/alerts', { state: 'open', since: utc(0), limit: 200 }, mine.signal),
    agents: get('v1/agents', {}, mine.signal),
  };
  const names = Object.keys(wanted).filter((name) => wanted[name]);
  const results = await Promise.allSettled(names.map((name) => wanted[name]));
  clearTimeout(timeout);
  if (running !== mine) return;
  running = null;
  document.body.removeAttribute('aria-busy');
  const got = {};
  const failed = {};
  results.forEach((result, index) => {
    const name = names[index];
    if (result.status === 'fulfilled') got[name] = result.value;
    else failed[name] = asProblem(result.reason);
  });
  const faulty = show(got, failed, { asked, seconds, typed });
  plan(asked, faulty);
}

/** What was aborted and not replaced took too long. */
const asProblem = (error) => (error instanceof Problem ? error : new Problem(0, { detail: 'The collector did not answer within 60 s.' }));

/** The field catalogue comes first: it says which fields a record can have. Without it the table asks for the usual. */
async function learnFields(signal) {
  try {
    fields = (await get('v1/fields', {}, signal)).rows ?? [];
    flows.setCatalogue(fields);
    showHelp(fields);
  } catch { /* The questions that follow fail in the same way, and say so; the next load tries again. */ }
}

/** Living spans are asked again: short ones every 5 s, days or a filter with a fault every 30 s; never while paused or
 *  out of sight. */
function plan(asked, faulty = false) {
  clearTimeout(timer);
  if (paused || !asked.live) return;
  const hours = (asked.until - asked.since) / 3600000;
  timer = setTimeout(() => { if (document.hidden) plan(asked); else load(); }, faulty ? 30000 : hours <= 1 ? 5000 : hours <= 6 ? 10000 : 30000);
}

/** Asks for the records before those shown; not while a load is under way, whose answer comes in their place. */
async function older(cursor) {
  if (running) return;
  const asked = flows.asked;
  clearTimeout(timer);
  const mine = new AbortController();
  running = mine;
  const timeout = setTimeout(() => mine.abort(), 60000);
  document.body.setAttribute('aria-busy', 'true');
  try {
    const answer = await get('v1/flows', {
      ...asked, fields: flows.fields, limit: pageSize, witnesses: ask.witnesses ? 1 : undefined, cursor,
    }, mine.signal);
    if (running === mine) flows.show(answer, { append: true, now: now() });
  } catch (error) {
    if (running === mine) showFailure('flows', asProblem(error));
  }
  clearTimeout(timeout);
  if (running !== mine) return;
  running = null;
  document.body.removeAttribute('aria-busy');
  plan(span());
}

// Showing.

function showFailure(name, problem) {
  $(name).querySelector(':scope > .failure')?.remove();
  $(name).prepend(el('p', { class: 'failure bad', role: 'alert' }, problem.message));
}

function show(got, failed, { asked, seconds, typed }) {
  const problems = Object.values(failed);
  const fault = problems.map((problem) => problem.fault?.('filter')).find(Boolean);
  const timeFault = problems.map((problem) => problem.fault?.('since', 'until')).find(Boolean);
  document.body.classList.toggle('stale', Boolean(fault));
  showFault(ask.filter, fault, answered === null ? undefined
    : answeredFilter ? `Shown below is still the answer to: ${answeredFilter}` : 'Shown below are still all flows.');
  $('time-error').textContent = timeFault?.message ?? '';
  if (fault && typed) pointAt(fault);

  Object.assign(answers, got);
  const at = now();
  if (!problems.length) { answered = at; answeredFilter = ask.filter; }
  const agents = answers.agents?.rows;
  const completeness = (got.flows ?? got.series ?? got.edges ?? answers.flows)?.completeness;
  const context = { completeness, agents, span: asked, filter: ask.filter, now: at };
  const open = (ask.alerts === 'open' ? answers.alerts : answers.openAlerts)?.rows?.length;
  const down = problems.find((problem) => problem.status === 0) ?? (problems.length && !fault ? problems[0] : null);
  showHealth({ failed: down?.message, agents, alerts: open, now: at, answered });
  if (completeness) showSeen(folds, context);

  if (got.series) series.show(got.series.rows, asked, seconds, nothing('No flows', context));
  if (got.edges) showEdges(got.edges.rows, use, nothing('No flows', context));
  if (got.flows) {
    flows.asked = { filter: ask.filter, since: utc(asked.since), until: utc(asked.until) };
    flows.show(got.flows, { now: at, empty: nothing('No flows', context) });
  }
  if (got.alerts) showAlerts(got.alerts.rows, { folds, now: at, state: ask.alerts, more: got.alerts.rows.length >= 200, show: showFlowsOf });
  if (got.agents) showAgents(got.agents.rows, { folds, now: at });
  for (const name of ['series', 'edges', 'flows', 'alerts', 'agents']) {
    if (failed[name] && !(fault && answered !== null)) showFailure(name, failed[name]);
    else if (got[name]) $(name).querySelector(':scope > .failure')?.remove();
  }
  showSpan(asked);
  for (const link of $('reports').querySelectorAll('a')) {
    link.href = url('v1/reports', { format: link.dataset.format, since: utc(asked.since), until: utc(asked.until), filter: ask.filter }).href;
  }
  return Boolean(fault);
}

function showFlowsOf(alert) {
  const [since, until] = [Date.parse(alert.filter_since), Date.parse(alert.filter_until)];
  change(Number.isNaN(since) || Number.isNaN(until) ? { filter: alert.filter } : { filter: alert.filter, range: null, since, until });
  $('flows-title').focus();
  $('flows-title').scrollIntoView({ block: 'start' });
}

function showSpan(asked) {
  replace($('span'), time(utc(asked.since), 0), ' to ', time(utc(asked.until), 0), ` ${zone.name()} (${duration(Math.round((asked.until - asked.since) / 1000) * 1000)})`,
    asked.live ? (paused ? ', paused' : '') : ', a fixed span');
}

/** Brings the controls in line with what is asked. */
function showQuestion() {
  $('filter').value = ask.filter;
  $('clear').hidden = !ask.filter;
  $('edge-order').value = ask.order;
  $('alert-state').value = ask.alerts;
  $('witnesses').checked = ask.witnesses;
  for (const button of $('ranges').children) button.setAttribute('aria-pressed', String(button.value === (ask.range ?? 'custom')));
  $('custom').hidden = Boolean(ask.range);
  if (!ask.range) fillCustom();
  $('zone').textContent = zone.local ? 'Local time' : 'UTC';
  $('custom-zone').textContent = zone.name();
  $('pause').textContent = paused ? 'Go on' : 'Pause';
  $('pause').setAttribute('aria-pressed', String(paused));
  document.title = ask.filter ? `${ask.filter} – Zonal` : 'Zonal';
  showSpan(span());
}

function fillCustom() {
  const shown = span();
  $('custom').elements.since.value = toInput(shown.since);
  $('custom').elements.until.value = ask.range || ask.until !== null ? toInput(shown.until) : '';
}

const keep = (key, value) => { try { if (value === undefined) return localStorage.getItem(key); localStorage.setItem(key, value); } catch { /* no storage: not kept */ } return null; };

function showTheme(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = theme;
  $('theme').textContent = { auto: 'Auto', light: 'Light', dark: 'Dark' }[theme];
  $('theme').value = theme;
}

// Wiring.

const flows = new FlowTable({
  use, older,
  newest: () => { flows.held = false; load(); },
  changed: () => { history.replaceState(null, '', address()); },
});
const series = new SeriesChart($('series'), zoom);

replace($('ranges'), ranges.map(([name, , label]) => el('button', { type: 'button', value: name, click: () => change({ range: name, since: null, until: null }) }, label)),
  el('button', { type: 'button', value: 'custom', 'aria-controls': 'custom', click: () => { fillCustom(); $('custom').hidden = false; $('custom').elements.since.focus(); } }, 'custom'));
showExamples((text) => { change({ filter: text }); $('filter').focus(); });

const closeCompletion = attachCompletion($('filter'), $('filter-options'), () => {
  const { since, until } = span();
  return { since: utc(since), until: utc(until) };
});
$('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  closeCompletion();
  change({ filter: $('filter').value.trim() }, { typed: true });
});
$('clear').addEventListener('click', () => { change({ filter: '' }); $('filter').focus(); });
$('filter').addEventListener('input', () => { $('clear').hidden = !$('filter').value; });
$('custom').addEventListener('submit', (event) => {
  event.preventDefault();
  const since = fromInput(event.target.elements.since.value);
  const until = event.target.elements.until.value ? fromInput(event.target.elements.until.value) : null;
  if (since === null || (until !== null && until <= since)) { $('time-error').textContent = 'Until must lie after since.'; return; }
  change({ range: null, since, until });
});
$('pause').addEventListener('click', () => { paused = !paused; showQuestion(); if (!paused) load(); else clearTimeout(timer); });
$('earlier').addEventListener('click', () => move(-1));
$('later').addEventListener('click', () => move(1));
$('edge-order').addEventListener('change', (event) => change({ order: event.target.value }));
$('alert-state').addEventListener('change', (event) => change({ alerts: event.target.value }));
$('witnesses').addEventListener('change', (event) => change({ witnesses: event.target.checked }));
$('help-open').addEventListener('click', () => $('help').showModal());
$('skip').addEventListener('click', (event) => { event.preventDefault(); $('flows-title').focus(); });
$('theme').addEventListener('click', () => {
  const next = { auto: 'light', light: 'dark', dark: 'auto' }[$('theme').value];
  keep('zonal.theme', next);
  showTheme(next);
});
$('zone').addEventListener('click', () => { zone.local = !zone.local; keep('zonal.zone', zone.local ? 'local' : 'utc'); showQuestion(); load(); });
document.addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input, select, textarea, dialog');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); $('filter').select(); }
});
document.addEventListener('click', (event) => { if (!event.target.closest('#columns')) $('columns').open = false; });
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') $('columns').open = false; });
document.addEventListener('visibilitychange', () => { if (!document.hidden && !paused && span().live) load(); });
matchMedia('(max-width: 900px)').addEventListener('change', () => { if (!flows.chosen) { flows.showColumns(); flows.draw(); } });
addEventListener('popstate', () => { readAddress(); flows.held = false; showQuestion(); load(); });

zone.local = keep('zonal.zone') === 'local';
showTheme(['light', 'dark'].includes(keep('zonal.theme')) ? keep('zonal.theme') : 'auto');
readAddress();
showQuestion();
showHelp([]);
load({ typed: true });
