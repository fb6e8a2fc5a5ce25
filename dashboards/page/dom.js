// Making elements. Text that came from outside reaches the page by text nodes and attributes only, never as markup.

const SVG = 'http://www.w3.org/2000/svg';

function furnish(node, properties, children) {
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') node.addEventListener(key, value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(9).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** An HTML element. A property with a function as its value is a listener for the event of that name. */
export const el = (name, properties, ...children) => furnish(document.createElement(name), properties, children);

/** An SVG element. */
export const svg = (name, properties, ...children) =>
  furnish(document.createElementNS(SVG, name), properties, children);

export const $ = (id) => document.getElementById(id);

/** Puts new children into a container. What had the keyboard focus and carries the same `data-key` gets it back. */
export function replace(container, ...children) {
  const active = document.activeElement;
  const key = container.contains(active) ? active.dataset.key : undefined;
  container.replaceChildren(...children.flat(9).filter((child) => child));
  if (key) container.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

/** A text that may break after its colons, dots and dashes when it is long: IPv6 addresses and names fit any column. */
export function breakable(given) {
  const text = String(given);
  const node = el('span', { class: 'mono' });
  if (text.length <= 16) {
    node.classList.add('nowrap');
    node.append(text);
    return node;
  }
  for (const part of text.match(/[^:._/-]*[:._/-]+|[^:._/-]+/g) ?? []) node.append(part, el('wbr'));
  return node;
}

/** A table that scrolls inside its own box when even the narrowest layout is too wide. */
export const table = (label, head, rows) =>
  el('div', { class: 'scroll', role: 'region', 'aria-label': label, tabindex: 0 },
    el('table', null, el('thead', null, el('tr', null, head)), el('tbody', null, rows)));

/** Remembers which folds are open, so that a refresh does not shut them. */
export class Folds {
  open = new Set();
  /** A `<details>` that keeps its state under `key`; `make` builds its content when it opens. */
  details(key, title, make) {
    const node = el('details', { open: this.open.has(key) }, el('summary', { 'data-key': key }, title));
    const fill = () => { if (node.open && node.children.length === 1) node.append(make()); };
    node.addEventListener('toggle', () => {
      if (node.open) this.open.add(key); else this.open.delete(key);
      fill();
    });
    fill();
    return node;
  }
}
