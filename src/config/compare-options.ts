import { UsageError } from '../model/errors.ts';
import { option, phrase } from '../model/wording.ts';
import { missing, sameFile } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
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
