import type { RunStatus, Verdict } from '../model/report.ts';
import type { Shard } from '../model/shard.ts';

/** A case with what the gate made of it. */
interface DecidedCase {
  /** false: it is non-blocking. */
  readonly required: boolean;
  readonly status: RunStatus;
  readonly exitCode: 0 | 1 | 2;
  /** undefined for a case that could not start. */
  readonly completed: { readonly verdict: Pick<Verdict, 'inconclusive'> } | undefined;
}

/**
 * The verdict about several cases, the worst of those that decide: a failure that was seen is worse than an error. A failure
 * that no one gates on exits with 0.
 */
export function worstOf(cases: readonly DecidedCase[]): Verdict {
  const deciding = cases.filter(({ required }) => required);
  const silent = deciding.some(({ exitCode, completed }) => exitCode === 1 || completed?.verdict.inconclusive);
  const facts = { reasons: [], ...(silent && { inconclusive: true as const }) };
  if (deciding.some(({ exitCode }) => exitCode === 2)) return { status: 'fail', exitCode: 2, ...facts };
  if (deciding.some(({ exitCode }) => exitCode === 1)) return { status: 'error', exitCode: 1, ...facts };
  return { status: deciding.some(({ status }) => status === 'fail') ? 'fail' : 'pass', exitCode: 0, ...facts };
}

/**
 * The word of one machine of several: whether everything it had to run has a result. Failures decide when all parts are
 * together, so they cost no exit code here.
 * @param cells number of cells, or of cases, that it had to run
 */
export function partVerdict(verdict: Verdict, { index, total }: Shard, cells: number): Verdict {
  const where = `shard ${index}/${total}`;
  if (cells === 0) return { status: 'pass', exitCode: 0, reasons: [`${where} has nothing to run`] };
  const note = `${where}: the verdict is computed by "bpfcompat merge"`;
  const reasons = [...verdict.reasons, note];
  if (verdict.inconclusive) return { ...verdict, status: 'error', exitCode: 1, reasons };
  return { ...verdict, exitCode: verdict.exitCode === 2 ? 0 : verdict.exitCode, reasons };
}

/** A shard that is not there is never green, whatever else decides; a failure that was seen stays one. */
export function withMissing(verdict: Verdict, missing: readonly string[]): Verdict {
  if (missing.length === 0) return verdict;
  const reasons = [...missing, ...verdict.reasons];
  if (verdict.exitCode === 2) return { ...verdict, inconclusive: true, reasons };
  return { ...verdict, status: 'error', exitCode: 1, inconclusive: true, reasons };
}
