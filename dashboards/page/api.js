// The public HTTP API, relative to where the page lives, so that it also works below a proxy's path.

/** An answer that is no success: RFC 9457's `detail` and the faults with their columns, or what the network said. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail || body?.title || (status ? `The collector answered ${status}.` : 'The collector cannot be reached.'));
    this.status = status;
    this.faults = Array.isArray(body?.faults) ? body.faults : [];
  }
  fault(...parameters) { return this.faults.find((fault) => parameters.includes(fault.parameter)); }
}

/** The collector's clock minus ours, in milliseconds; from the Date header, so good to a second. */
let skew = 0;
export const now = () => Date.now() + skew;

export function url(path, parameters) {
  const target = new URL(path, document.baseURI);
  target.hash = '';
  for (const [key, value] of Object.entries(parameters ?? {})) {
    if (value !== undefined && value !== null && value !== '') target.searchParams.set(key, value);
  }
  return target;
}

export async function get(path, parameters, signal) {
  let response;
  try {
    response = await fetch(url(path, parameters), { headers: { Accept: 'application/json' }, signal, cache: 'no-store' });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0);
  }
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date)) {
    const difference = date + 500 - Date.now();
    skew = Math.abs(difference) > 2000 ? difference : 0;
  }
  let body;
  try {
    body = await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(response.status, { detail: `The collector answered ${response.status}, not with JSON.` });
  }
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}
