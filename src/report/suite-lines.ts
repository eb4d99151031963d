import type { CheckDocument } from './document.ts';
import { terminal } from './escape.ts';
import { caseViews, lackOf } from './suite-json.ts';

/** The lines about a suite that scripts look for (docs/suites.md). Their names and order never change. */
export function suiteLines(suite: CheckDocument): string[] {
  return [
    `Suite: ${terminal(suite.name)}`,
    `Status: ${suite.status}`,
    `Exit Code: ${suite.exitCode}`,
    ...suite.cases.map((one) => {
      const run = one.completed ? ` run=${one.completed.run.runId}` : '';
      const lack = lackOf(caseViews(one));
      const error = one.error === '' ? '' : ` error=${terminal(one.error, 1000)}`;
      return `  - ${terminal(one.name)}: ${one.status}${lack === '' ? '' : ` (${lack})`}${run}${error}`;
    }),
    ...suite.notRun.map((name) => `  - ${terminal(name)}: not run`),
  ];
}

/** Why cases have no result, one line each, for a caller who wants no table; the lines for scripts have their state alone. */
export function withoutResultLines({ cases }: CheckDocument): string[] {
  return cases.flatMap(({ name, status, completed }) =>
    status === 'error' && completed
      ? completed.verdict.reasons.slice(0, 5).map((reason) => `${terminal(name)}: ${terminal(reason, 1000)}`)
      : [],
  );
}
