import type { Expected } from '../model/gate.ts';
import type { RunReport } from '../model/report.ts';
import type { SuiteCaseReport, SuiteReport } from '../model/suite.ts';
import { wrap } from '../text/wrap.ts';
import { baselineText } from './compare-text.ts';
import { newsText } from './compare-words.ts';
import { terminal } from './escape.ts';
import { matrixText, type TextOptions } from './matrix-text.ts';
import { hasBaseline, quietTexts, sortedNews, suiteNews } from './suite-baseline.ts';
import { caseViews, lackOf } from './suite-json.ts';
import { supportRange } from './support-range.ts';

/** The lines about a suite that scripts look for (docs/suites.md). Their names and order never change. */
export function suiteLines(suite: SuiteReport): string[] {
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
export function withoutResultLines({ cases }: SuiteReport): string[] {
  return cases.flatMap(({ name, status, completed }) =>
    status === 'error' && completed
      ? completed.verdict.reasons.slice(0, 5).map((reason) => `${terminal(name)}: ${terminal(reason, 1000)}`)
      : [],
  );
}

type CompletedCase = SuiteCaseReport & { readonly completed: NonNullable<SuiteCaseReport['completed']> };

/** Cases with the same kernels, with the same ones required. */
function sameKernels(cases: readonly CompletedCase[]): CompletedCase[][] {
  const groups = new Map<string, CompletedCase[]>();
  for (const one of cases) {
    const key = one.completed.run.targets.map(({ profile, required }) => `${profile.id} ${required}`).join('\n');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

/** The cases of a group as one run whose objects are called like their cases. */
function joined(cases: readonly CompletedCase[], durationMs: number): RunReport {
  const [first] = cases as readonly [CompletedCase, ...CompletedCase[]];
  return {
    ...first.completed.run,
    durationMs,
    artifacts: cases.flatMap(({ name, completed }) =>
      completed.run.artifacts
        .slice(completed.artifact, completed.artifact + 1)
        .map((subject) => ({ ...subject, basename: name })),
    ),
    results: cases.flatMap(({ completed }, artifact) =>
      completed.run.results
        .filter(({ cell }) => cell.artifact === completed.artifact)
        .map((result) => ({ ...result, cell: { ...result.cell, artifact } })),
    ),
  };
}

/** What became of the declared failures of a group, with objects as `joined` numbers them. */
function expectedOf(cases: readonly CompletedCase[]): Expected[] {
  return cases.flatMap(({ completed }, artifact) =>
    (completed.verdict.expected ?? [])
      .filter((one) => one.artifact === completed.artifact)
      .map((one) => ({ ...one, artifact })),
  );
}

/** Cases by kernels, one matrix for all cases with the same kernels. */
export function suiteMatrixText(suite: SuiteReport, options: TextOptions): string {
  const ended = suite.cases.filter((one): one is CompletedCase => one.completed !== undefined);
  return sameKernels(ended)
    .map((group) => matrixText(joined(group, suite.durationMs), { ...options, expected: expectedOf(group) }))
    .join('\n');
}

/** What is new against the older run, for a terminal: cases with news one by one; empty without such a run. */
export function suiteBaselineText(suite: SuiteReport, options: TextOptions): string {
  if (!hasBaseline(suite)) return '';
  const width = Math.max(40, options.width);
  const against = suite.baseline ? `Against ${suite.baseline.path}` : 'Against the baseline';
  const head = [`${against}: ${newsText(suiteNews(suite))}`, ...quietTexts(suite)];
  const cases = sortedNews(suite).fresh.map(({ one, comparison }) => {
    const subject = one.completed?.run.artifacts[one.completed.artifact];
    const artifacts = subject ? [{ ...subject, basename: one.name }] : [];
    return baselineText({ artifacts, baseline: [comparison] }, options);
  });
  const lines = head.flatMap((text) => wrap(terminal(text, 4000), width));
  return `${lines.join('\n')}\n${cases.join('')}`;
}

/** The kernels that each case supports, as far as they were tested. */
function supportText({ cases }: SuiteReport, width: number): string[] {
  return cases.flatMap((one) => {
    if (!one.completed) return [];
    const { text } = supportRange(caseViews(one), one.completed.run.known);
    return indented(`${one.name}: ${text}`, width);
  });
}

const BECAME = {
  failed: 'fails as declared',
  other_cause: 'fails with another cause than declared',
  passed: 'passes, and was declared to fail: remove it',
  no_answer: 'is inconclusive, and was declared to fail',
} as const;

/** What became of declared failures, a line for each case and end. */
function declaredText({ cases }: SuiteReport, width: number): string[] {
  return cases.flatMap(({ name, completed }) => {
    const own = (completed?.verdict.expected ?? []).filter(({ artifact }) => artifact === completed?.artifact);
    return [...new Set(own.map(({ met }) => met))].flatMap((end) => {
      const ids = own.filter(({ met }) => met === end).map(({ target }) => completed?.run.targets[target]?.profile.id);
      return indented(`${name}: ${BECAME[end]} on ${ids.join(', ')}`, width);
    });
  });
}

function indented(text: string, width: number): string[] {
  return wrap(terminal(text, 2000), width - 4).map((line, index) => `${index === 0 ? '  ' : '    '}${line}`);
}

/** All there is to say about a suite on a terminal: the matrix first; the lines for scripts are not part of it. */
export function suiteText(suite: SuiteReport, options: TextOptions): string {
  const width = Math.max(40, options.width);
  const support = supportText(suite, width);
  const declared = declaredText(suite, width);
  const parts = [
    suiteMatrixText(suite, options),
    support.length === 0 ? '' : `Support\n${support.join('\n')}\n`,
    declared.length === 0 ? '' : `Declared failures\n${declared.join('\n')}\n`,
    suiteBaselineText(suite, options),
  ];
  return parts.filter((part) => part !== '').join('\n');
}
