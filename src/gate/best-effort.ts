import { attachCount, NAMED_PROGRAMS, requireAttach, untriedPrograms } from '../model/attach-warning.ts';
import { programsOf } from '../model/finding.ts';
import type { GateInput } from './input.ts';

function namedPrograms(programs: readonly string[]): string {
  const rest = programs.length - NAMED_PROGRAMS;
  return `${programs.slice(0, NAMED_PROGRAMS).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Attaches that failed and are non-blocking because nothing requires them: said wherever a verdict is, on a pass above all. */
export function bestEffort(run: GateInput, artifact: number): string[] {
  const own = run.results.filter(({ cell, outcome }) => cell.artifact === artifact && outcome.status === 'pass');
  const failed = own.flatMap(({ cell, outcome }) =>
    (outcome.status === 'pass' ? outcome.findings : [])
      .filter((finding) => attachCount(finding) !== undefined)
      .map(({ args }) => ({
        programs: programsOf(args),
        untried: untriedPrograms(args),
        count: Number(args['attach_untried'] ?? 0),
        id: run.targets[cell.target]?.profile.id ?? '',
      })),
  );
  if (failed.length === 0) return [];
  const ids = [...new Set(failed.map(({ id }) => id))];
  const programs = [...new Set(failed.flatMap((one) => one.programs))];
  const untried = [...new Set(failed.flatMap((one) => one.untried))].filter((name) => !programs.includes(name));
  const unnamed = untried.length <= NAMED_PROGRAMS && failed.some(({ count }) => count > untried.length);
  const others = untried.length === 0 ? '' : ` (not tried: ${namedPrograms(untried)}${unnamed ? ' and more' : ''})`;
  const what = `${namedPrograms(programs)} could not be attached on ${ids.join(', ')}${others}, and no manifest requires it`;
  return [`warning: ${what}; to make that a failure: ${requireAttach([...programs, ...untried])}`];
}
