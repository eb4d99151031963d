import { words } from '../findings/words.ts';
import { codeCell, md } from './escape.ts';
import { table } from './markdown-table.ts';
import { profileName } from './names.ts';
import { agreementWords, type PredictionRow, predictionRows, predictionWords } from './prediction.ts';
import type { TargetView } from './view.ts';

function observedWords({ observed, view }: PredictionRow): string {
  if (observed === undefined) return '';
  if (observed !== 'refused') return observed;
  return view.primary ? `rejected: ${words(view.primary).title}` : 'rejected';
}

/** The section that holds what the kernels did against what their versions let one expect; nothing without predictions. */
export function predictionLines(views: readonly TargetView[]): string[] {
  const rows = predictionRows(views).filter(({ agreement }) => agreement !== 'open');
  if (rows.length === 0) return [];
  const surprises = rows.filter(({ agreement }) => agreement === 'backport' || agreement === 'refused').length;
  const summary =
    surprises === 0
      ? 'No kernel did something else than its version lets one expect.'
      : `${surprises} of ${rows.length} kernels did something else than their version lets one expect.`;
  return [
    '## Prediction and Observation',
    '',
    summary,
    '',
    ...table(
      ['Profile', 'Predicted from the object', 'Observed', 'Agreement'],
      rows.map((row) => [
        `${md(profileName(row.view.target.profile))} ${codeCell(row.view.target.profile.id)}`,
        md(predictionWords(row.prediction)),
        md(observedWords(row)),
        agreementWords(row.agreement),
      ]),
    ),
    '',
  ];
}
