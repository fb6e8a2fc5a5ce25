// Completion of the filter box: words of the language and values present, asked of the collector while somebody types.
// A combobox as WAI-ARIA describes it: arrows choose, Enter or Tab takes what is chosen, Escape closes. Nothing is chosen
// before an arrow is pressed, so that Enter applies the filter and Tab goes on as ever.

import { get } from './api.js';
import { $, el, replace } from './dom.js';
import { split } from './filter.js';

const delay = 150;
const most = 12;

/** `span` gives the `since` and `until` whose values are offered. */
export function attachCompletion(input, list, span) {
  let options = [];
  let chosen = -1;
  let timer = null;
  let asking = null;

  const isOpen = () => !list.hidden;

  function close() {
    clearTimeout(timer);
    asking?.abort();
    asking = null;
    options = [];
    chosen = -1;
    list.hidden = true;
    replace(list);
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
    $('filter-status').textContent = '';
  }

  function show(rows) {
    if (!rows.length) { close(); return; }
    options = rows;
    chosen = -1;
    input.removeAttribute('aria-activedescendant');
    replace(list, rows.map((row, index) => el('li', {
      id: `filter-option-${index}`, role: 'option', 'aria-selected': 'false',
      // The box keeps the focus.
      mousedown: (event) => event.preventDefault(), click: () => take(index),
    }, el('code', null, row.text), el('span', { class: 'quiet' },
      row.records === null ? row.meaning : `${row.records.toLocaleString('en')} ${row.records === 1 ? 'record' : 'records'}`))));
    list.hidden = false;
    list.scrollTop = 0;
    input.setAttribute('aria-expanded', 'true');
    $('filter-status').textContent = `${rows.length} ${rows.length === 1 ? 'completion' : 'completions'}, arrows choose`;
  }

  function choose(index) {
    list.children[chosen]?.setAttribute('aria-selected', 'false');
    chosen = index;
    const option = list.children[chosen];
    if (!option) { input.removeAttribute('aria-activedescendant'); return; }
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', option.id);
  }

  /** Puts an option in the place that it is for, and asks what could follow. */
  function take(index) {
    const { text, from, to } = options[index];
    // What is shown is for the text as it was: it must not be taken twice.
    close();
    const letters = split(input.value);
    const rest = letters.slice(to).join('');
    const head = letters.slice(0, from).join('') + text + (/^[\s,\])]/.test(rest) || text === '(' || text === '[' ? '' : ' ');
    input.value = head + rest;
    input.setSelectionRange(head.length, head.length);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  async function ask() {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    const filter = input.value;
    const cursor = split(filter.slice(0, input.selectionStart ?? filter.length)).length;
    try {
      const { rows } = await get('v1/complete', { filter, cursor, limit: most, ...span() }, mine.signal);
      if (asking === mine && document.activeElement === input && input.value === filter) show(rows.slice(0, most * 2));
    } catch {
      // Typing goes on without help; what is wrong is said when the filter is applied.
      if (asking === mine) close();
    }
  }

  input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, delay); });
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Escape' && isOpen()) { event.preventDefault(); event.stopPropagation(); close(); return; }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen()) { ask(); return; }
      const last = options.length - 1;
      choose(event.key === 'ArrowDown' ? (chosen >= last ? -1 : chosen + 1) : (chosen < 0 ? last : chosen - 1));
      return;
    }
    if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && isOpen() && chosen >= 0) {
      event.preventDefault();
      take(chosen);
      return;
    }
    if (event.key === 'Enter') close();
  });
  return close;
}
