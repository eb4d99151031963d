import { shortNames } from './names.ts';
import type { TargetView } from './view.ts';

/** What one program cost the verifier of one kernel; 0 where the kernel did not say. */
export interface ProgramCost {
  readonly program: string;
  /** Short name of the kernel: `6.1`. */
  readonly kernel: string;
  readonly insns: number;
  /** Instructions at which the verifier gives up; undefined when it is not known. */
  readonly limit: number | undefined;
  readonly totalStates: number;
  readonly peakStates: number;
  readonly stackBytes: number;
  /** Microseconds. */
  readonly loadUs: number;
}

/** Programs above this share of the limit are always shown, and at least so many of the others. */
const NOTABLE_SHARE = 0.25;
const AT_LEAST = 5;

/** Stands in where the limit is not known, so that programs can be compared. */
const USUAL_LIMIT = 1_000_000;

/** Costs of every program on every kernel that verified it, kernel by kernel. */
export function costsOf(views: readonly TargetView[]): ProgramCost[] {
  const kernels = shortNames(views.map(({ target }) => target));
  return views.flatMap(({ programs }, index) =>
    programs
      .filter(({ verifiedInsns }) => verifiedInsns > 0)
      .map((program) => ({
        program: program.name,
        kernel: kernels[index] ?? '',
        insns: program.verifiedInsns,
        limit: program.insnLimit,
        totalStates: program.totalStates,
        peakStates: program.peakStates,
        stackBytes: program.stackBytes,
        loadUs: program.loadUs,
      })),
  );
}

/** Share of the limit, 0 to 1; undefined without a limit. */
export function shareOf({ insns, limit }: Pick<ProgramCost, 'insns' | 'limit'>): number | undefined {
  return limit === undefined || limit === 0 ? undefined : insns / limit;
}

/** The programs worth a row, the most expensive first, and how many others there are. */
export function notablePrograms(costs: readonly ProgramCost[]): {
  readonly programs: readonly { readonly name: string; readonly costs: readonly ProgramCost[] }[];
  readonly others: number;
} {
  const groups = new Map<string, ProgramCost[]>();
  for (const cost of costs) groups.set(cost.program, [...(groups.get(cost.program) ?? []), cost]);
  const ranked = [...groups]
    .map(([name, own]) => ({
      name,
      costs: own,
      share: Math.max(...own.map((cost) => cost.insns / (cost.limit ?? USUAL_LIMIT))),
    }))
    .sort((a, b) => b.share - a.share);
  const above = ranked.filter(({ share }) => share > NOTABLE_SHARE).length;
  const programs = ranked.slice(0, Math.max(above, AT_LEAST));
  return { programs, others: ranked.length - programs.length };
}

/** The cost with the greatest value of `key`. */
export function worst(
  costs: readonly ProgramCost[],
  key: 'insns' | 'totalStates' | 'peakStates' | 'stackBytes' | 'loadUs',
): ProgramCost | undefined {
  return [...costs].sort((a, b) => b[key] - a[key])[0];
}
