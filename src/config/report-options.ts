import { UsageError } from '../model/errors.ts';
import type { ValuesOf } from './options.ts';
import { quoted } from './words.ts';

/** What `compare` was asked to do, checked. */
export type CompareOptions = ValuesOf<'compare'>;
export type SummaryOptions = ValuesOf<'report-summary'>;

/** @throws UsageError that names the flag and the remedy */
export function checkCompareOptions(values: CompareOptions): CompareOptions {
  const { baseReport, headReport, out, markdown } = values;
  if (baseReport === '') throw missing('--base-report', '--base-report main.json');
  if (headReport === '') throw missing('--head-report', '--head-report report.json');
  if (out !== '' && out === markdown) {
    throw new UsageError('flag_conflict', `--out and --markdown are the same file ${quoted(out)}; choose two`);
  }
  return values;
}

/** @throws UsageError `missing_flag` without a report */
export function checkSummaryOptions(values: SummaryOptions): SummaryOptions {
  if (values.report === '') throw missing('--report', '--report report.json');
  return values;
}

function missing(flag: string, example: string): UsageError {
  return new UsageError('missing_flag', `${flag} is missing; add it, for example ${example}`);
}
