// Numbers and times as people read them. The exact value always goes into a title.

import { el } from './dom.js';

const digits = (value) => value.toFixed(value >= 99.95 || Number.isInteger(value) ? 0 : value >= 9.995 ? 1 : 2);

function shortened(value, units) {
  let step = 0;
  while (Math.abs(value) >= 999.5 && step < units.length - 1) { value /= 1000; step += 1; }
  return `${step === 0 ? value : digits(value)}${units[step] ? ` ${units[step]}` : ''}`;
}

/** Decimal multiples, as network people count: 1 kB is 1000 bytes. */
export const bytes = (value) => shortened(value, ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB']);
export const count = (value) => shortened(value, ['', 'k', 'M', 'G', 'T', 'P', 'E']);
export const exact = (value, unit = '') => `${Number(value).toLocaleString('en')}${unit ? ` ${unit}` : ''}`;
export const plural = (n, one, many = `${one}s`) => `${exact(n)} ${n === 1 ? one : many}`;

/** A share, rounded down: what is not whole never reads 100 %. */
export function percent(value) {
  if (value >= 1) return '100 %';
  if (value > 0 && value < 0.0001) return 'under 0.01 %';
  return `${(Math.floor(value * 1e4 + 1e-9) / 100).toString()} %`;
}

/** A humanised number with the exact one in its title. */
export const number = (value, unit = '') =>
  value === null || value === undefined ? el('span', { class: 'absent' }, '–')
    : el('span', { title: exact(value, unit) }, unit === 'bytes' ? bytes(value) : count(value));

export function duration(milliseconds) {
  if (milliseconds < 1000) return `${digits(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${digits(seconds)} s`;
  const whole = Math.floor(seconds);
  const [d, h, m, s] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  if (d) return `${d} d${h ? ` ${h} h` : ''}`;
  if (h) return `${h} h${m ? ` ${m} min` : ''}`;
  return `${m} min${s ? ` ${s} s` : ''}`;
}

/** The zone that times are shown and typed in. */
export const zone = {
  local: false,
  name() { return this.local ? Intl.DateTimeFormat().resolvedOptions().timeZone || 'local' : 'UTC'; },
  /** Minutes to add to UTC at an instant. */
  offset(ms) { return this.local ? -new Date(ms).getTimezoneOffset() : 0; },
};

const shifted = (ms) => new Date(ms + zone.offset(ms) * 60000).toISOString();
/** `14:08:09` */
export const clock = (ms) => shifted(ms).slice(11, 19);
/** `2026-11-22` */
export const day = (ms) => shifted(ms).slice(0, 10);
/** `2026-11-22 14:08:09` */
export const stamp = (ms) => `${day(ms)} ${clock(ms)}`;
/** The shortest that is still clear: the day is left out when it is today's. */
export const when = (ms, now) => (day(ms) === day(now) ? clock(ms) : stamp(ms));
export const utc = (ms) => new Date(ms).toISOString();

/** A time with the exact instant in its title. */
export function time(text, now) {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return el('span', { class: 'absent' }, '–');
  return el('time', { datetime: utc(ms), title: utc(ms) }, when(ms, now));
}

/** The value for a datetime-local input, and back: both in the zone shown. */
export const toInput = (ms) => shifted(ms).slice(0, 19);
export function fromInput(text) {
  const asUTC = Date.parse(`${text}Z`);
  if (Number.isNaN(asUTC)) return null;
  // The zone's offset is that of the instant meant, which near a change of the clock is not that of the same digits in UTC.
  const about = asUTC - zone.offset(asUTC) * 60000;
  return asUTC - zone.offset(about) * 60000;
}

export const ago = (ms, now) => (now - ms < 1500 ? 'now' : `${duration(Math.max(0, Math.round((now - ms) / 1000) * 1000))} ago`);
