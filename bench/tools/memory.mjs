// Memory of a process and all its children, as the kernel shares it out: every page is divided by those who map it.
import { readdirSync, readFileSync } from 'node:fs';

const INTERVAL_MS = 200;

function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // gone in the meantime
  }
}

/** Process ids of `root` and everything below it. */
function treeOf(root) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // The name in parentheses may hold anything; the parent is the second word after it.
    const stat = read(`/proc/${name}/stat`);
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

function pssBytes(pid) {
  return Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024;
}

/** Samples the tree of `root` until `stop` is called, which returns the highest sum of PSS and the number of samples. */
export function watchMemory(root, intervalMs = INTERVAL_MS) {
  let peakBytes = 0;
  let samples = 0;
  const sample = () => {
    peakBytes = Math.max(
      peakBytes,
      treeOf(root)
        .map(pssBytes)
        .reduce((a, b) => a + b, 0),
    );
    samples++;
  };
  const timer = setInterval(sample, intervalMs);
  return {
    /** The highest sum so far. */
    peak() {
      sample();
      return peakBytes;
    },
    stop() {
      clearInterval(timer);
      return { peakBytes, samples };
    },
  };
}
