import { some } from './json-values.ts';
import { predictionRow } from './prediction.ts';
import type { TargetView } from './view.ts';

/** As it stands in a target of the JSON report. */
export function predictionJson(view: TargetView) {
  const row = predictionRow(view);
  return (
    row && {
      verdict: row.prediction.verdict,
      floor: some(row.prediction.floor),
      why: some(row.prediction.why),
      observed: row.observed,
      agreement: row.agreement,
    }
  );
}
