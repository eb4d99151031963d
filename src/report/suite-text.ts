import type { RunReport } from '../model/report.ts';
import type { SuiteCaseReport, SuiteReport } from '../model/suite.ts';
import { baselineText } from './compare-text.ts';
import { terminal } from './escape.ts';
import { matrixText, type TextOptions } from './matrix-text.ts';

/** The lines about a suite that scripts look for (contract section 2.1). Their names and order never change. */
export function suiteLines(suite: SuiteReport): string[] {
  return [
    `Suite: ${terminal(suite.name)}`,
    `Status: ${suite.status}`,
    `Exit Code: ${suite.exitCode}`,
    ...suite.cases.map((one) => {
      const run = one.answer ? ` run=${one.answer.run.runId}` : '';
      const error = one.error === '' ? '' : ` error=${terminal(one.error, 1000)}`;
      return `  - ${terminal(one.name)}: ${one.status}${run}${error}`;
    }),
    ...suite.notRun.map((name) => `  - ${terminal(name)}: not run`),
  ];
}

type Answered = SuiteCaseReport & { readonly answer: NonNullable<SuiteCaseReport['answer']> };

/** Cases that ask the same kernels, with the same ones required. */
function sameKernels(cases: readonly Answered[]): Answered[][] {
  const groups = new Map<string, Answered[]>();
  for (const one of cases) {
    const key = one.answer.run.targets.map(({ profile, required }) => `${profile.id} ${required}`).join('\n');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

/** The cases of a group as one run whose objects are called like their cases. */
function joined(cases: readonly Answered[], durationMs: number): RunReport {
  const [first] = cases as readonly [Answered, ...Answered[]];
  return {
    ...first.answer.run,
    durationMs,
    artifacts: cases.flatMap(({ name, answer }) =>
      answer.run.artifacts
        .slice(answer.artifact, answer.artifact + 1)
        .map((subject) => ({ ...subject, basename: name })),
    ),
    results: cases.flatMap(({ answer }, artifact) =>
      answer.run.results
        .filter(({ cell }) => cell.artifact === answer.artifact)
        .map((result) => ({ ...result, cell: { ...result.cell, artifact } })),
    ),
  };
}

/** Cases by kernels for a terminal, one matrix for all cases that ask the same kernels. */
export function suiteMatrixText(suite: SuiteReport, options: TextOptions): string {
  const answered = suite.cases.filter((one): one is Answered => one.answer !== undefined);
  return sameKernels(answered)
    .map((group) => matrixText(joined(group, suite.durationMs), options))
    .join('\n');
}

/** What is new against the older run, case by case, for a terminal; empty without one. */
export function suiteBaselineText(suite: SuiteReport, options: TextOptions): string {
  const held = suite.cases.filter((one): one is Answered => one.answer?.run.baseline !== undefined);
  const text = held
    .map(({ name, answer: { run, artifact } }) => {
      const subject = run.artifacts[artifact];
      const artifacts = subject ? [{ ...subject, basename: name }] : [];
      return baselineText({ artifacts, baseline: [run.baseline?.[artifact]] }, options);
    })
    .join('');
  const gone = suite.baseline?.gone ?? [];
  return gone.length === 0 ? text : `${text}Only in the baseline: ${terminal(gone.join(', '), 1000)}\n`;
}
