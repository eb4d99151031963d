import { isSeen, LOADED_ONLY, NOTHING_LOADED, passKind } from '../loaded-only.ts';
import { plural } from '../style.ts';
import type { TerminalCase } from './cases.ts';

/** How many cells came to what, in one sentence. @param targets kernels of every case @param durationMs wall time */
export function tally(cases: readonly TerminalCase[], targets: number, durationMs: number): string {
  const views = cases.flatMap((one) => one.views);
  const expected = cases.flatMap((one) => one.views.filter((_, i) => one.declared.fails(i))).length;
  const count = (status: string): number => views.filter(({ outcome }) => outcome.status === status).length;
  const passing = views.filter(({ outcome }) => outcome.status === 'pass');
  const kinds = passing.map(({ findings }) => passKind('pass', findings));
  const idle = kinds.filter((kind) => kind === 'loaded').length;
  const unloaded = kinds.filter((kind) => kind === 'unloaded').length;
  const seen = passing.filter((_, index) => isSeen(kinds[index]));
  const warned = seen.filter(({ findings }) => findings.length > 0).length;
  const fixedUp = seen.filter(({ fixups }) => fixups > 0).length;
  const which = [
    ...(fixedUp > 0 ? [`${fixedUp} with automatic fixups`] : []),
    ...(warned > 0 ? [`${warned} with a warning`] : []),
  ].join(', ');
  const parts = [
    [which === '' ? 'pass' : `pass (${which})`, seen.length],
    [LOADED_ONLY, idle],
    [NOTHING_LOADED, unloaded],
    ['fail', count('fail') - expected],
    [expected === 1 ? 'fails as declared' : 'fail as declared', expected],
    ['skipped', count('skipped')],
    ['inferred', count('inferred')],
    ['inconclusive', count('infra_error')],
  ] as const;
  const said = parts.filter(([, n]) => n > 0).map(([word, n]) => `${n} ${word}`);
  const size = `${plural(cases.length, 'object')} on ${plural(targets, 'kernel')}`;
  return `${size} in ${(durationMs / 1000).toFixed(1)} s: ${said.join(', ') || 'nothing was run'}`;
}
