import { type Decision, decide } from '../gate/decide.ts';
import { inferredText } from '../model/inferred.ts';
import type { CheckCase, CheckDocument } from './document.ts';
import { isSeen, type PassKind, passKind } from './loaded-only.ts';
import { type SavedExpected, type SavedTarget, savedExpected } from './saved-report.ts';

/** One object on one kernel, with what it means for the verdict. */
export interface DocumentCell extends Decision {
  readonly one: CheckCase;
  readonly target: SavedTarget;
  /** Against the older report. */
  readonly news: 'new' | 'known' | 'fixed' | undefined;
  /** A failure that was declared, and what became of it. */
  readonly expected: SavedExpected | undefined;
}

/** @param compared the run has an older report: what that lacks fails for the first time */
function newsOf({ baseline }: CheckCase, target: SavedTarget, compared: boolean): DocumentCell['news'] {
  if (compared && baseline === undefined) return target.status === 'fail' ? 'new' : undefined;
  const word = baseline?.profiles.find(({ profile_id: other }) => other === target.profile_id)?.failure;
  return word === 'new' || word === 'known' || word === 'fixed' ? word : undefined;
}

function cellsOf(one: CheckCase, compared: boolean): DocumentCell[] {
  const { gate, required } = one;
  const policy = { failOn: gate?.fail_on ?? 'required', required } as const;
  return one.targets.map((target) => {
    const news = newsOf(one, target, compared);
    const expected = savedExpected(gate, target.profile_id);
    const decision = decide({ ...target, met: expected?.met, known: news === 'known' }, policy);
    return { one, target, news, expected, ...decision };
  });
}

/** Every cell of a document, case by case, in the order of the kernels. */
export function documentCells({ cases }: CheckDocument): DocumentCell[] {
  const isCompared = ({ baseline, gate }: CheckCase): boolean =>
    baseline !== undefined || gate?.fail_on === 'regression';
  const compared = cases.some(isCompared);
  return cases.flatMap((one) => cellsOf(one, compared));
}

/** Numbers of cells, unless they say otherwise. */
export interface DocumentCounts {
  readonly total: number;
  readonly passed: number;
  /** Of those that passed, with automatic fixups. */
  readonly fixedUp: number;
  /** Of those, the ones of which more than the load was seen. */
  readonly seenFixedUp: number;
  /** Of those that pass, the ones of which nothing could be attached. */
  readonly loadedOnly: number;
  /** Of those that pass, the ones of which no program was loaded. */
  readonly nothingLoaded: number;
  /** Of those that pass, the ones with an attach that failed beside others that did not. */
  readonly attachedPartly: number;
  /** Every failure, whether it decides or not. */
  readonly failed: number;
  /** Failures that are non-blocking. */
  readonly tolerated: number;
  /** Failures that would decide, but for a policy that never fails a run. */
  readonly excused: number;
  readonly skipped: number;
  /** Cells that were not tested because a kernel of the same class was. */
  readonly inferred: number;
  /** Cells without a result. */
  readonly errored: number;
  /** Failures that the older report does not have. */
  readonly regressions: number;
  readonly known: number;
  readonly fixed: number;
  /** Had a result only in the second run. */
  readonly flaky: number;
  /** Cases that could not start: they have no cells. */
  readonly broken: number;
}

function kindOf({ target }: DocumentCell): PassKind | undefined {
  return passKind(target.status, target.findings);
}

/** The counts of a document; what the outputs of the Action and the heads of all texts are made of. */
export function documentCounts(document: CheckDocument): DocumentCounts {
  return countsOfCells(documentCells(document), document.cases.filter(({ error }) => error !== '').length);
}

/** The same of any cells. @param broken cases that could not start */
export function countsOfCells(cells: readonly DocumentCell[], broken = 0): DocumentCounts {
  const count = (test: (cell: DocumentCell) => boolean): number => cells.filter(test).length;
  return {
    total: cells.length,
    passed: count(({ target }) => target.status === 'pass'),
    fixedUp: count(({ target }) => target.automatic_fixups > 0),
    seenFixedUp: count((cell) => cell.target.automatic_fixups > 0 && isSeen(kindOf(cell))),
    nothingLoaded: count((cell) => kindOf(cell) === 'unloaded'),
    loadedOnly: count((cell) => kindOf(cell) === 'loaded'),
    attachedPartly: count((cell) => kindOf(cell) === 'partly'),
    failed: count(({ target }) => target.status === 'fail'),
    tolerated: count(({ tolerated }) => tolerated !== undefined),
    excused: count(({ excused }) => excused),
    skipped: count(({ target }) => target.status === 'skipped'),
    inferred: count(({ target }) => target.status === 'inferred'),
    errored: count(({ target }) => target.status === 'infra_error'),
    regressions: count(({ news }) => news === 'new'),
    known: count(({ news }) => news === 'known'),
    fixed: count(({ news }) => news === 'fixed'),
    flaky: count(({ target }) => target.retried_after !== '' && target.status !== 'infra_error'),
    broken,
  };
}

/** Why there is no result, or what the failure is, in one sentence; empty on a pass. */
export function reasonOf({ status, findings, ...target }: SavedTarget): string {
  switch (status) {
    case 'pass':
      return '';
    case 'infra_error':
      return target.infra_error || 'it is inconclusive';
    case 'skipped':
      return target.skipped_reason || 'it was not tested';
    case 'inferred':
      return target.inference ? inferredText(target.inference) : 'it was not tested';
    case 'fail':
      return (
        findings.find(({ decisive }) => decisive)?.title ||
        target.classification_reason ||
        target.classification_code ||
        'it failed'
      );
  }
}
