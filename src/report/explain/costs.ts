import { oneLine } from '../escape.ts';
import { insnsText, milliseconds, notablePrograms, type ProgramCost, thousands } from '../margins.ts';
import type { SavedTarget } from '../saved-report.ts';
import { grid } from './layout.ts';

/** What the programs cost the verifier of this kernel, as a table. */
export function costLines(target: SavedTarget): string[] {
  const costs: ProgramCost[] = target.programs
    .filter(({ verified_insns: insns }) => insns > 0)
    .map((program) => ({
      program: program.name,
      kernel: target.profile_id,
      insns: program.verified_insns,
      limit: program.insn_limit,
      totalStates: program.total_states,
      peakStates: program.peak_states,
      stackBytes: program.stack_bytes,
      loadUs: program.load_us,
    }));
  const { programs, others } = notablePrograms(costs);
  if (programs.length === 0) return [];
  const rows = programs.flatMap(({ costs: own }) =>
    own.map((cost) => [
      oneLine(cost.program, 40),
      insnsText(cost),
      cost.peakStates > 0 ? `${thousands(cost.peakStates)} of ${thousands(cost.totalStates)}` : '-',
      cost.stackBytes > 0 ? `${thousands(cost.stackBytes)} B` : '-',
      milliseconds(cost.loadUs) || '-',
    ]),
  );
  const table = grid([['program', 'instructions', 'peak of states', 'stack', 'load'], ...rows]);
  return [...table, ...(others > 0 ? [`  ${others} cheaper programs stand in the report.`] : [])];
}
