import type { OutcomeStatus } from './cell.ts';

/** A cause as reports keep it. */
export interface RecordedCause {
  readonly code: string;
  /** Coarse code; absent where it is not known. */
  readonly coarse?: string | undefined;
  /** Variety of the code; may be empty. */
  readonly reason: string;
  /** Program, map, function or section; may be empty. */
  readonly subject: string;
  /** Programs that fail over it, as `nameList` writes them; empty where it is about none; absent where an older report does not say. */
  readonly program?: string | undefined;
  /** What else makes it the same cause (cause-detail.ts); absent: nothing, or an older report does not say. */
  readonly detail?: string | undefined;
  /** false: a warning, or one that decides only for what follows from it. Absent where an older report does not say. */
  readonly decisive?: boolean | undefined;
  /** Source file as the compiler wrote it; empty without a place. */
  readonly file: string;
  /** 0 without a place. */
  readonly line: number;
  readonly title: string;
}

/** One kernel of a finished run, as far as two runs are compared. */
export interface RecordedTarget {
  readonly profile: string;
  readonly required: boolean;
  readonly status: OutcomeStatus;
  /** Coarse code (`classification_code`); empty on a pass and without a result. */
  readonly classification: string;
  /** Empty without a classification. */
  readonly confidence: string;
  /** Automatic fixups of a pass; 0 without any, and where an older report does not say. */
  readonly fixups: number;
  readonly causes: readonly RecordedCause[];
  /** Instructions that the verifier processed of programs that it took; those without a number are left out. */
  readonly programs: readonly { readonly name: string; readonly insns: number }[];
  /** Milliseconds: making the kernel ready, and the cell itself; absent where no one measured. */
  readonly ms?: { readonly prepare: number; readonly total: number } | undefined;
}

/** Which report it was. */
export interface ReportIdentity {
  readonly path: string;
  readonly runId: string;
  readonly summaryStatus: string;
}

/** One object on every kernel of a run. */
export interface RecordedReport extends ReportIdentity {
  readonly targets: readonly RecordedTarget[];
}

/** How a kernel's result differs (docs/gate.md, compare). Where one side gave no result it is `changed`, never a regression. */
export type Change =
  | 'unchanged'
  | 'classification_changed'
  | 'improved'
  | 'regressed'
  | 'added'
  | 'removed'
  | 'changed';

/**
 * `new`: fails now for something it did not fail for before; `known`: failed before for all of it; `fixed`: failed before
 * and passes now.
 */
export type FailureNews = 'new' | 'known' | 'fixed';

/** One kernel in two reports. */
export interface ProfileDiff {
  readonly profile: string;
  /** As the head has it, else the base. */
  readonly required: boolean;
  readonly change: Change;
  readonly base: RecordedTarget | undefined;
  readonly head: RecordedTarget | undefined;
  /** `unchanged`, `new:X`, `cleared:X` or `A->B`; undefined where one side gave no result. */
  readonly classificationDelta: string | undefined;
  readonly failure: FailureNews | undefined;
  /** One side gave no result: nothing can be said about this kernel. */
  readonly inconclusive: boolean;
  readonly newCauses: readonly RecordedCause[];
  readonly clearedCauses: readonly RecordedCause[];
  /** The same cause at another line. */
  readonly movedCauses: readonly { readonly base: RecordedCause; readonly head: RecordedCause }[];
  /** Programs that cost the verifier more instructions than before, the greatest growth first. */
  readonly grown: readonly GrownProgram[];
}

/** A program that costs the verifier more: instructions that it processed in base and head. */
export interface GrownProgram {
  readonly name: string;
  readonly base: number;
  readonly head: number;
}

/** Counts of profiles unless they say otherwise. */
export interface ComparisonSummary {
  readonly total: number;
  /** Everything but `unchanged`. */
  readonly changed: number;
  readonly improved: number;
  readonly regressed: number;
  /** Required kernels that passed and fail now. */
  readonly requiredRegressions: number;
  /** Required kernels that fail for something they did not fail for before, those among them that are new. */
  readonly requiredNewFailures: number;
  /** Required kernels that did not pass. */
  readonly baseRequiredFailed: number;
  readonly headRequiredFailed: number;
  readonly newFailures: number;
  readonly knownFailures: number;
  readonly fixed: number;
  /** Of those, kernels that pass with a warning they did not have: what failed may only be required no more. */
  readonly fixedWithWarning?: number;
  /** Kernels that fail on both sides with other causes. */
  readonly changedCauses: number;
  readonly inconclusive: number;
  /** Required kernels that passed in the base and gave no result in the head. */
  readonly requiredInconclusive: number;
  /** Programs on kernels. */
  readonly grownPrograms: number;
}

/** Two reports about one object. */
export interface Comparison {
  readonly base: ReportIdentity;
  readonly head: ReportIdentity;
  readonly summary: ComparisonSummary;
  /** Sorted by profile id. */
  readonly profiles: readonly ProfileDiff[];
}

/** The counts of several comparisons together. */
export function totalOf(summaries: readonly ComparisonSummary[]): ComparisonSummary {
  const sum = (key: keyof ComparisonSummary): number =>
    summaries.reduce((total, summary) => total + (summary[key] ?? 0), 0);
  return {
    total: sum('total'),
    changed: sum('changed'),
    improved: sum('improved'),
    regressed: sum('regressed'),
    requiredRegressions: sum('requiredRegressions'),
    requiredNewFailures: sum('requiredNewFailures'),
    baseRequiredFailed: sum('baseRequiredFailed'),
    headRequiredFailed: sum('headRequiredFailed'),
    newFailures: sum('newFailures'),
    knownFailures: sum('knownFailures'),
    fixed: sum('fixed'),
    fixedWithWarning: sum('fixedWithWarning'),
    changedCauses: sum('changedCauses'),
    inconclusive: sum('inconclusive'),
    requiredInconclusive: sum('requiredInconclusive'),
    grownPrograms: sum('grownPrograms'),
  };
}
