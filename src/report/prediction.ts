import type { Finding } from '../model/finding.ts';
import type { Prediction } from '../model/prediction.ts';
import type { TargetView } from './view.ts';

/**
 * Does what was observed agree with what the object's bytes and the kernel's version let one expect? `backport`: the
 * version is too old, and the kernel takes it. `refused`: the version is new enough, and the kernel lacks something.
 * `other_cause`: it is rejected for what no version decides (the object, the program, a policy). `open`: nothing to compare.
 */
export const AGREEMENTS = ['agrees', 'backport', 'refused', 'other_cause', 'open'] as const;
export type Agreement = (typeof AGREEMENTS)[number];

export interface PredictionRow {
  readonly view: TargetView;
  readonly prediction: Prediction;
  /** Whether the kernel took the whole object; undefined when it was not tested. */
  readonly observed: 'loads' | 'refused' | undefined;
  readonly agreement: Agreement;
}

const OBSERVED = { pass: 'loads', fail: 'refused' } as const;

export function predictionRow(view: TargetView): PredictionRow | undefined {
  const prediction = view.result?.prediction;
  if (!prediction) return undefined;
  const observed = view.load && OBSERVED[view.load];
  return { view, prediction, observed, agreement: agreementOf(prediction.verdict, observed, view.primary) };
}

/** One row per kernel with a prediction, in matrix order. */
export function predictionRows(views: readonly TargetView[]): PredictionRow[] {
  return views.map(predictionRow).filter((row) => row !== undefined);
}

function agreementOf(
  verdict: Prediction['verdict'],
  observed: PredictionRow['observed'],
  cause: Finding | undefined,
): Agreement {
  if (verdict === 'unknown' || observed === undefined) return 'open';
  if (verdict === observed) return 'agrees';
  if (observed === 'loads') return 'backport';
  return cause === undefined || cause.group === 'kernel' ? 'refused' : 'other_cause';
}

/** The agreement for a person; empty when there is nothing to compare. */
export function agreementWords(agreement: Agreement): string {
  switch (agreement) {
    case 'agrees':
      return 'as predicted';
    case 'backport':
      return 'the kernel is too old by its version, but accepts it (backport)';
    case 'refused':
      return 'the kernel is new enough by its version, but rejects it';
    case 'other_cause':
      return 'rejected for a cause that no version decides';
    case 'open':
      return '';
  }
}

/** `loads from 5.8 (ring buffer map events)`, plain text. */
export function predictionWords({ verdict, floor = '', why }: Prediction): string {
  const reason = why === '' ? '' : ` (${why})`;
  if (verdict === 'unknown') return `nothing known${reason}`;
  const word = verdict === 'refused' ? 'rejected' : verdict;
  return floor === '' ? `${word}${reason}` : `${word}: needs ${floor} or later${reason}`;
}
