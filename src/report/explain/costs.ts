import { insnsText, milliseconds, thousands } from '../cost-text.ts';
import { oneLine } from '../escape.ts';
import { notablePrograms, type ProgramCost } from '../margins.ts';
import type { SavedTarget } from '../saved-report.ts';
import { grid } from './layout.ts';

/** What the programs cost the verifier of this kernel: a row of headings, then one per program; none without any. */
export function costRows(target: SavedTarget): { readonly rows: readonly string[][]; readonly others: number } {
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
  if (programs.length === 0) return { rows: [], others };
  const rows = programs.flatMap(({ costs: own }) =>
    own.map((cost) => [
      oneLine(cost.program, 40),
      insnsText(cost),
      cost.peakStates > 0 ? `${thousands(cost.peakStates)} of ${thousands(cost.totalStates)}` : '-',
      cost.stackBytes > 0 ? `${thousands(cost.stackBytes)} B` : '-',
      milliseconds(cost.loadUs) || '-',
    ]),
  );
  return { rows: [['program', 'instructions', 'peak of states', 'stack', 'load'], ...rows], others };
}

/** The same for a terminal. */
export function costLines(target: SavedTarget): string[] {
  const { rows, others } = costRows(target);
  if (rows.length === 0) return [];
  return [...grid(rows), ...(others > 0 ? [`  ${others} cheaper programs stand in the report.`] : [])];
}
