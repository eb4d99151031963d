import { UsageError } from '../model/errors.ts';
import { FAIL_ON, type FailOn } from '../model/gate.ts';
import { option, phrase, setting } from '../model/wording.ts';
import { missing, sameFile } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
import { didYouMean } from './similar.ts';
import { quoted } from './words.ts';

/** Which two reports `compare` reads. */
type CompareSides =
  | { readonly kind: 'reports'; readonly base: string; readonly head: string }
  | {
      readonly kind: 'history';
      readonly workdir: string;
      readonly artifactName: string;
      readonly baseVersion: string;
      readonly headVersion: string;
    };

/** What `compare` is to do, checked. */
export interface CompareOptions extends Pick<ValuesOf<'compare'>, 'out' | 'markdown' | 'failOnRegression'> {
  readonly sides: CompareSides;
}
export type SummaryOptions = ValuesOf<'report-summary'>;

/** @throws UsageError that names the flag and the remedy */
export function checkCompareOptions(values: ValuesOf<'compare'>): CompareOptions {
  const { out, markdown, failOnRegression } = values;
  const sides = sidesOf(values);
  if (out !== '' && out === markdown) {
    throw sameFile('out', 'markdown', quoted(out));
  }
  return { sides, out, markdown, failOnRegression };
}

function sidesOf(values: ValuesOf<'compare'>): CompareSides {
  const { baseReport: base, headReport: head, workdir, artifactName, baseVersion, headVersion } = values;
  if (artifactName === '' && baseVersion === '' && headVersion === '') {
    if (base === '') throw missing('base-report', 'main.json');
    if (head === '') throw missing('head-report', 'report.json');
    return { kind: 'reports', base, head };
  }
  if (base !== '' || head !== '') {
    throw new UsageError(
      'flag_conflict',
      phrase`reports are named by ${option('base-report')} and ${option('head-report')} or found by ${option('artifact-name')}, ${option('base-version')} and ${option('head-version')}; keep one of both`,
    );
  }
  if (artifactName === '') throw missing('artifact-name', 'conn');
  if (baseVersion === '') throw missing('base-version', 'v1.0');
  if (headVersion === '') throw missing('head-version', 'v1.1');
  return { kind: 'history', workdir, artifactName, baseVersion, headVersion };
}

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
