import { UsageError } from '../model/errors.ts';
import { FAIL_ON, type FailOn } from '../model/gate.ts';
import { didYouMean } from './near.ts';
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

/** The policy of `--fail-on`; undefined when it was not given. @throws UsageError `flag_value` for any other word */
export function checkFailOn(text: string): FailOn | undefined {
  if (text === '') return undefined;
  const policy = FAIL_ON.find((word) => word === text.trim().toLowerCase());
  if (policy) return policy;
  throw new UsageError(
    'flag_value',
    `--fail-on ${quoted(text)} is not known${didYouMean(text, FAIL_ON) || ';'} use any, required, regression or never`,
  );
}
