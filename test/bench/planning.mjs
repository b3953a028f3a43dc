// Boundaries of group sequential tests: one of 172 looks as a whole, and one more look.
import { pathToFileURL } from 'node:url';

/** Milliseconds of processor time for 172 looks, and for an added one. */
export const LIMIT = 100;
export const ADDED_LIMIT = 5;

const LOOKS = 172;
const ROUNDS = 9;
const dist = new URL('../../dist/', import.meta.url);

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Milliseconds of processor time of one call, the median of some rounds. */
function timed(act) {
  act();
  return median(Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }));
}

/** Two-sided O'Brien-Fleming spending at 5 % over equal looks. */
export async function planning() {
  const { addLook, boundaryOf } = await import(new URL('stats/inference/group-sequential/boundary.js', dist));
  const design = { alpha: 0.05, sides: 2, spending: { family: 'obrien_fleming' }, plannedInformation: 1 };
  const times = Array.from({ length: LOOKS }, (_, k) => (k + 1) / LOOKS);
  const before = boundaryOf(design, times.slice(0, -1));
  return { whole: timed(() => boundaryOf(design, times)), added: timed(() => addLook(before, 1)) };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { whole, added } = await planning();
  console.log(`${LOOKS} looks: ${whole.toFixed(1)} ms (limit ${LIMIT}); an added look: ${added.toFixed(2)} ms (limit ${ADDED_LIMIT})`);
}
