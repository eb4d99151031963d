import type { CellResult, Target } from '../model/cell.ts';
import type { Verdict } from '../model/report.ts';

export interface GateOptions {
  /** The manifest's list: these gate even when the matrix calls them optional. */
  readonly requiredProfiles?: readonly string[];
}

/** What one run, or the part of it that belongs to one artifact, brings to the gate. */
export interface GateInput {
  readonly targets: readonly Target[];
  readonly results: readonly CellResult[];
}

function reasonOf(id: string, result: CellResult | undefined): string {
  if (result === undefined) return `${id}: was not run`;
  const { outcome } = result;
  switch (outcome.status) {
    case 'pass':
      return `${id}: pass`;
    case 'fail': {
      const codes = [...new Set(outcome.findings.map((finding) => finding.rollup))];
      return `${id}: failed at ${outcome.failedStage}${codes.length > 0 ? ` (${codes.join(', ')})` : ''}`;
    }
    case 'skipped':
      return `${id}: was skipped: ${outcome.reason}`;
    case 'infra_error':
      return `${id}: gave no answer: ${outcome.message}`;
  }
}

/**
 * The verdict of contract section 1: a required target that gave no answer (or was skipped, or is missing) is an error,
 * exit 1; else a required target that failed is a failure, exit 2; else pass. Optional targets are named in the reasons
 * and change nothing. A run without a single answer is an error too: nothing was observed.
 */
export function gate(run: GateInput, options: GateOptions = {}): Verdict {
  const listed = new Set(options.requiredProfiles ?? []);
  const errors: string[] = [];
  const failures: string[] = [];
  const remarks: string[] = [];
  const artifacts = [...new Set(run.results.map((result) => result.cell.artifact))];
  for (const artifact of artifacts) {
    for (const [index, target] of run.targets.entries()) {
      const { id } = target.profile;
      const result = run.results.find(({ cell }) => cell.artifact === artifact && cell.target === index);
      const status = result?.outcome.status;
      if (status === 'pass') continue;
      if (!target.required && !listed.has(id)) remarks.push(`optional ${reasonOf(id, result)}`);
      else (status === 'fail' ? failures : errors).push(`required ${reasonOf(id, result)}`);
    }
  }
  if (!run.results.some(({ outcome }) => outcome.status === 'pass' || outcome.status === 'fail')) {
    errors.push('no target gave an answer');
  }
  const reasons = [...new Set([...errors, ...failures, ...remarks])];
  if (errors.length > 0) return { status: 'error', exitCode: 1, reasons };
  if (failures.length > 0) return { status: 'fail', exitCode: 2, reasons };
  return { status: 'pass', exitCode: 0, reasons };
}
