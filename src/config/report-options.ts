import { UsageError } from '../model/errors.ts';
import { FAIL_ON, type FailOn } from '../model/gate.ts';
import { option, phrase, setting } from '../model/wording.ts';
import { missing } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
import { didYouMean } from './similar.ts';
import { quoted } from './words.ts';

export type SummaryOptions = ValuesOf<'report-summary'>;

/** @throws UsageError `missing_flag` without a report */
export function checkSummaryOptions(values: SummaryOptions): SummaryOptions {
  if (values.report === '') throw missing('report', 'report.json');
  return values;
}

/**
 * The policy of `--fail-on`; undefined when it was not given.
 * @param regression `--fail-on-regression`, which is `--fail-on regression` as `compare` writes it
 * @throws UsageError `flag_value` for any other word, `flag_conflict` when both flags are given and say different things
 */
export function checkFailOn(text: string, regression = false): FailOn | undefined {
  const policy = FAIL_ON.find((word) => word === text.trim().toLowerCase());
  if (regression && (text === '' || policy === 'regression')) return 'regression';
  if (regression && policy) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('fail-on-regression')} and ${setting('fail-on', policy)} contradict each other; remove one of them`,
    );
  }
  if (text === '' || policy) return policy;
  throw new UsageError(
    'flag_value',
    phrase`${option('fail-on')} ${quoted(text)} is not known${didYouMean(text, FAIL_ON) || ';'} use any, required, regression or never`,
  );
}
