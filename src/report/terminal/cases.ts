import type { Target } from '../../model/cell.ts';
import type { CheckDocument } from '../../model/document.ts';
import type { Expected } from '../../model/gate.ts';
import { grouped } from '../../model/once-per.ts';
import type { RunReport } from '../../model/report.ts';
import type { ReportedCause } from '../expected-words.ts';
import { caseViews } from '../suite-json.ts';
import { type TargetView, targetViews } from '../view.ts';

/** One object on its kernels, as a terminal shows it: of a run with several, or a case of a suite. */
export interface TerminalCase {
  /** File name or name of the case, and the path that distinguishes it from another of that name. */
  readonly basename: string;
  readonly path: string;
  readonly targets: readonly Target[];
  /** One for each target. */
  readonly views: readonly TargetView[];
  readonly declared: Declared;
}

/** What was declared about the kernels of a case, by their positions. */
export interface Declared {
  /** It fails, and for nothing else than what is declared. */
  readonly fails: (target: number) => boolean;
  /** It passes, and a failure is declared. */
  readonly passes: (target: number) => boolean;
  /** The causes of its failure, with what each of them met. */
  readonly causes: (target: number) => readonly ReportedCause[];
}

function declaredOf(expected: readonly Expected[], artifact: number): Declared {
  const of = new Map(expected.filter((one) => one.artifact === artifact).map((one) => [one.target, one]));
  return {
    fails: (target) => of.get(target)?.met === 'failed',
    passes: (target) => of.get(target)?.met === 'passed',
    causes: (target) => of.get(target)?.causes ?? [],
  };
}

/** The objects of a run. @param expected what became of the failures that are declared */
export function runCases(run: RunReport, expected: readonly Expected[] = []): TerminalCase[] {
  return run.artifacts.map(({ basename, path }, artifact) => ({
    basename,
    path,
    targets: run.targets,
    views: targetViews(run, artifact),
    declared: declaredOf(expected, artifact),
  }));
}

/** The cases of a suite that could start, called like the suite calls them. */
export function suiteCases({ cases }: CheckDocument): TerminalCase[] {
  return cases.flatMap((one): TerminalCase[] => {
    const { name, completed } = one;
    const subject = completed?.run.artifacts[completed.artifact];
    if (completed === undefined || subject === undefined) return [];
    const { run, artifact, verdict } = completed;
    const declared = declaredOf(verdict.expected ?? [], artifact);
    return [{ basename: name, path: subject.path, targets: run.targets, views: caseViews(one), declared }];
  });
}

/** Cases by their kernels: those with the same ones, with the same ones required, share a matrix. */
export function byKernels(cases: readonly TerminalCase[]): (readonly TerminalCase[])[] {
  const key = ({ targets }: TerminalCase): string =>
    targets.map(({ profile, required }) => `${profile.id} ${required}`).join('\n');
  return [...grouped(cases, key).values()];
}
