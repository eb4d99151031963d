import { attachCount, NAMED_PROGRAMS, requireAttach, untriedPrograms } from '../model/attach-warning.ts';
import type { Cell, CellResult, Target } from '../model/cell.ts';
import { decisiveOf, programsOf } from '../model/finding.ts';
import type { Expectation, Expected, FailOn, MinKernel } from '../model/gate.ts';
import { inferredText } from '../model/inferred.ts';
import { compareKernels, kernelNumber } from '../model/kernel-range.ts';
import type { Verdict } from '../model/report.ts';
import { flag } from '../model/wording.ts';
import { decide } from './decide.ts';
import { expectedOf, idleExpectations, undeclaredText } from './expectations.ts';

export interface GateOptions {
  /** The manifest's list: these gate even when the matrix calls them optional. */
  readonly requiredProfiles?: readonly string[];
  /** Default `required`. */
  readonly failOn?: FailOn;
  /** Known incompatibilities: a declared failure is non-blocking. */
  readonly expectations?: readonly Expectation[];
  /** What made kernels required, for a run in which it made none. */
  readonly minKernel?: MinKernel | undefined;
  /** Cells that failed in the baseline already; only `regression` uses them. */
  readonly known?: readonly Cell[];
}

/** What one run, or the part of it that belongs to one artifact, brings to the gate. */
export interface GateInput {
  readonly targets: readonly Target[];
  readonly results: readonly CellResult[];
  /** One machine of several: kernels that it lacks are run by the others. */
  readonly partial?: true;
}

function reasonOf(id: string, result: CellResult | undefined): string {
  if (result === undefined) return `${id}: was not run`;
  const { outcome } = result;
  switch (outcome.status) {
    case 'pass':
      return `${id}: pass`;
    case 'fail': {
      const codes = [...new Set(decisiveOf(outcome.findings).map((finding) => finding.rollup))];
      return `${id}: failed at ${outcome.failedStage}${codes.length > 0 ? ` (${codes.join(', ')})` : ''}`;
    }
    case 'skipped':
      return `${id}: was skipped: ${outcome.reason}`;
    case 'inferred':
      return `${id}: ${inferredText(outcome.inference)}`;
    case 'infra_error':
      return `${id}: inconclusive: ${outcome.message}`;
  }
}

/** Where a cell's reason goes: it makes the run an error, a failure, or is only reported. */
type Effect = 'error' | 'failure' | 'remark';

interface Reason {
  readonly weight: Effect;
  readonly text: string;
}

function isRequired({ required, profile }: Target, { requiredProfiles = [] }: GateOptions): boolean {
  return required || requiredProfiles.includes(profile.id);
}

/** A profile that calls its kernel older than it is takes no kernel away from what `min_kernel` promises. */
function isPromised(result: CellResult | undefined, { minKernel }: GateOptions): boolean {
  const number = kernelNumber(result?.kernel?.release ?? '');
  return minKernel !== undefined && number !== undefined && compareKernels(number, minKernel.number) >= 0;
}

/** The run with every kernel as required that decides: reports say of a kernel what the gate makes of it. */
export function withRequired<R extends GateInput>(run: R, options: GateOptions): R {
  const promised = new Set(run.results.filter((result) => isPromised(result, options)).map(({ cell }) => cell.target));
  const targets = run.targets.map((target, index) =>
    !target.required && (promised.has(index) || isRequired(target, options)) ? { ...target, required: true } : target,
  );
  return { ...run, targets };
}

function reasonFor(
  cell: Cell,
  target: Target,
  result: CellResult | undefined,
  expected: Expected | undefined,
  options: GateOptions,
): Reason | undefined {
  const { failOn = 'required' } = options;
  if (result?.outcome.status === 'skipped' && result.outcome.otherShard) return undefined;
  const { id } = target.profile;
  const status = result?.outcome.status ?? 'infra_error';
  const { required } = target;
  const known = (options.known ?? []).some((one) => one.artifact === cell.artifact && one.target === cell.target);
  const inference = result?.outcome.status === 'inferred' ? result.outcome.inference : undefined;
  const { weight } = decide({ status, required, met: expected?.met, known, inference }, { failOn });
  const text = `${required ? 'required' : 'optional'} ${reasonOf(id, result)}`;
  switch (weight) {
    case 'none':
      return undefined;
    case 'expected':
      return { weight: 'remark', text: `expected ${reasonOf(id, result)}: ${expected?.reason ?? ''}` };
    case 'error':
      return { weight: 'error', text };
  }
  if (status === 'pass') {
    const words = `unexpected ${id}: passes, and ${expected?.code} was expected (${expected?.reason}); remove it from expectations`;
    return { weight: weight === 'failure' ? 'failure' : 'remark', text: words };
  }
  if (status !== 'fail') return { weight: 'remark', text };
  const words = expected === undefined ? text : `${text}; ${undeclaredText(expected)}`;
  if (weight === 'failure') return { weight: 'failure', text: words };
  return { weight: 'remark', text: failOn === 'regression' && known ? `known ${words}` : words };
}

function namedPrograms(programs: readonly string[]): string {
  const rest = programs.length - NAMED_PROGRAMS;
  return `${programs.slice(0, NAMED_PROGRAMS).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Attaches that failed and are non-blocking because nothing requires them: said wherever a verdict is, on a pass above all. */
function bestEffort(run: GateInput, artifact: number): string[] {
  const own = run.results.filter(({ cell, outcome }) => cell.artifact === artifact && outcome.status === 'pass');
  const failed = own.flatMap(({ cell, outcome }) =>
    (outcome.status === 'pass' ? outcome.findings : [])
      .filter((finding) => attachCount(finding) !== undefined)
      .map(({ args }) => ({
        programs: programsOf(args),
        untried: untriedPrograms(args),
        count: Number(args['attach_untried'] ?? 0),
        id: run.targets[cell.target]?.profile.id ?? '',
      })),
  );
  if (failed.length === 0) return [];
  const ids = [...new Set(failed.map(({ id }) => id))];
  const programs = [...new Set(failed.flatMap((one) => one.programs))];
  const untried = [...new Set(failed.flatMap((one) => one.untried))].filter((name) => !programs.includes(name));
  const unnamed = untried.length <= NAMED_PROGRAMS && failed.some(({ count }) => count > untried.length);
  const others = untried.length === 0 ? '' : ` (not tried: ${namedPrograms(untried)}${unnamed ? ' and more' : ''})`;
  const what = `${namedPrograms(programs)} could not be attached on ${ids.join(', ')}${others}, and no manifest requires it`;
  return [`warning: ${what}; to make that a failure: ${requireAttach([...programs, ...untried])}`];
}

/** Required kernels that a run of a few kernels does not test: what the others say is not a verdict about them. */
function untested({ targets, partial }: GateInput, { requiredProfiles = [] }: GateOptions): string[] {
  if (partial) return [];
  const ids = targets.map(({ profile }) => profile.id);
  return requiredProfiles
    .filter((id) => !ids.includes(id))
    .map((id) => `required ${id}: was not tested in this run; add it to ${flag('kernels')}`);
}

/** What is to be said where no kernel is required. A promise that nothing in the run can keep or break is not a pass. */
function unrequired(run: GateInput, options: GateOptions): Reason[] {
  const { failOn = 'required', minKernel } = options;
  if (failOn === 'any' || run.targets.some((target) => isRequired(target, options))) return [];
  if (minKernel !== undefined && !run.partial) {
    const number = minKernel.number.join('.');
    const text =
      `min_kernel ${number} (${minKernel.origin}) requires no kernel of this run, so nothing that it promises was tested; ` +
      `add a kernel from ${number} on to ${flag('kernels')} or the matrix, or lower min_kernel`;
    return [{ weight: 'error', text }];
  }
  if (failOn === 'never') return [];
  return [{ weight: 'remark', text: 'no kernel of this run is required, so no failure can fail it' }];
}

/**
 * The verdict of docs/gate.md: a required target that failed is a failure, exit 2, whatever happened elsewhere: more
 * results would not make it pass. Else a required target that gave no result (or was skipped, or is missing) is an error,
 * exit 1; else pass. Optional targets are named in the reasons and change nothing. A run without a single result is an
 * error too: nothing was observed. `failOn` moves the line between failures and notes (docs/gate.md); an error stays one.
 */
export function gate(input: GateInput, options: GateOptions = {}): Verdict {
  const run = withRequired(input, options);
  const { failOn = 'required', expectations = [] } = options;
  const reasons: Reason[] = [];
  const allExpected: Expected[] = [];
  for (const artifact of [...new Set(run.results.map((result) => result.cell.artifact))]) {
    for (const [index, target] of run.targets.entries()) {
      const cell = { artifact, target: index };
      const result = run.results.find((one) => one.cell.artifact === artifact && one.cell.target === index);
      const expected = expectedOf(cell, target, result, expectations);
      if (expected) allExpected.push(expected);
      const reason = reasonFor(cell, target, result, expected, options);
      if (reason) reasons.push(reason);
    }
    reasons.push(...bestEffort(run, artifact).map((text) => ({ weight: 'remark', text }) as const));
  }
  if (!run.results.some(({ outcome }) => outcome.status === 'pass' || outcome.status === 'fail')) {
    reasons.push({ weight: 'error', text: 'no target has a result' });
  }
  reasons.push(...unrequired(run, options));
  if (!run.partial) {
    const idle = idleExpectations(run.targets, run.results, expectations, allExpected);
    reasons.push(...idle.map((text) => ({ weight: 'remark', text }) as const));
  }
  // What failed stays failed, whatever the others would have said.
  const failing = reasons.some(({ weight }) => weight === 'failure');
  reasons.push(...untested(run, options).map((text) => ({ weight: failing ? 'remark' : 'error', text }) as const));
  const of = (weight: Effect): string[] => reasons.filter((one) => one.weight === weight).map(({ text }) => text);
  const [errors, failures] = [of('error'), of('failure')];
  const facts = {
    reasons: [...new Set([...failures, ...errors, ...of('remark')])],
    ...(errors.length > 0 && { inconclusive: true as const }),
    ...(failOn !== 'required' && { failOn }),
    ...(allExpected.length > 0 && { expected: allExpected }),
  };
  if (failures.length > 0 && failOn !== 'never') return { status: 'fail', exitCode: 2, ...facts };
  if (errors.length > 0) return { status: 'error', exitCode: 1, ...facts };
  if (failures.length > 0) return { status: 'fail', exitCode: 0, ...facts };
  return { status: 'pass', exitCode: 0, ...facts };
}
