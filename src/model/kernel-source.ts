import type { KernelSource } from './kernel.ts';

/** The same whatever the order of its keys: what is named here, and nothing else, decides which bytes are fetched. */
export function describeSource({ pinned = [], ...source }: KernelSource): string {
  const sorted = (value: object): [string, unknown][] =>
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted(source), pinned.map(sorted)]);
}
