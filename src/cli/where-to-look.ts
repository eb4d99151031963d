import type { ValidateResult } from '../api/validate.ts';
import type { TestOptions } from '../config/test-options.ts';
import { namesOfCases } from '../report/explain/overview.ts';
import { shellWords } from '../report/shell-words.ts';

/** What a person wants to know after the matrix: the verdict, where the reports are, how to see more of a failure. */
export function whereToLook({ report, verdict }: ValidateResult, { out, markdown }: TestOptions): string {
  const files = [markdown, out].filter((path) => path !== '' && path !== '-');
  const failed = report.results.find(({ outcome }) => outcome.status === 'fail');
  const kernel = failed && report.targets[failed.cell.target]?.profile.id;
  const cases = report.artifacts.map(({ path, name = '' }) => ({ artifact: path, name }));
  const object = failed && cases.length > 1 ? namesOfCases(cases)[failed.cell.artifact] : undefined;
  const status = verdict.status === 'error' ? 'inconclusive' : verdict.status;
  return [
    `Verdict: ${status} (exit code ${verdict.exitCode})\n`,
    ...(files.length === 0 ? [] : [`Report: ${files.join(', ')}\n`]),
    ...(kernel === undefined || out === '-'
      ? []
      : [
          `Details: ${shellWords(['bpfcompat', 'explain', out, ...(object ? ['--artifact', object] : []), '--kernel', kernel])}\n`,
        ]),
  ].join('');
}
