import type { Target } from '../../model/cell.ts';
import { grouped } from '../../model/once-per.ts';
import type { Verdict } from '../../model/report.ts';
import type { CheckCase, CheckDocument } from '../document.ts';
import { type TargetView, targetViews } from '../view.ts';
import { type Declared, declaredOf } from './declared.ts';

/** What of a document is shown as a matrix. */
export interface ShownDocument extends Pick<CheckDocument, 'kind' | 'durationMs'> {
  readonly cases: readonly ShownCase[];
}

interface ShownCase extends Pick<CheckCase, 'name'> {
  readonly completed:
    | (Pick<NonNullable<CheckCase['completed']>, 'run' | 'artifact'> & { readonly verdict: Pick<Verdict, 'expected'> })
    | undefined;
}

/** One object on its kernels, as a terminal shows it. */
export interface TerminalCase {
  /** File name or name of the case, and the path that distinguishes it from another of that name. */
  readonly basename: string;
  readonly path: string;
  readonly targets: readonly Target[];
  /** One for each target. */
  readonly views: readonly TargetView[];
  readonly declared: Declared;
}

/** Objects of a run by their file names, cases of a suite by their own; those that could not start have no row. */
function casesOf({ kind, cases }: ShownDocument): TerminalCase[] {
  return cases.flatMap(({ name, completed }): TerminalCase[] => {
    const subject = completed?.run.artifacts[completed.artifact];
    if (completed === undefined || subject === undefined) return [];
    const { run, artifact, verdict } = completed;
    return [
      {
        basename: kind === 'suite' ? name : subject.basename,
        path: subject.path,
        targets: run.targets,
        views: targetViews(run, artifact),
        declared: declaredOf(verdict.expected ?? [], artifact),
      },
    ];
  });
}

/** Cases by their kernels: those with the same ones, with the same ones required, share a matrix. All of a run do. */
export function casesByKernels(document: ShownDocument): (readonly TerminalCase[])[] {
  const cases = casesOf(document);
  if (document.kind === 'run') return [cases];
  const key = ({ targets }: TerminalCase): string =>
    targets.map(({ profile, required }) => `${profile.id} ${required}`).join('\n');
  return [...grouped(cases, key).values()];
}
