import { UsageError } from '../model/errors.ts';
import { REPORT_FLAGS } from '../model/formats.ts';
import type { FailOn } from '../model/gate.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import { MAX_SHARDS } from '../model/shard.ts';
import { flag, option, phrase } from '../model/wording.ts';
import { chooseKernels, type KernelChoice } from './kernel-choice.ts';
import { parseLocalKernels } from './local-kernels.ts';
import { missing, sameFile } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
import { checkFailOn } from './report-options.ts';
import { quoted } from './words.ts';

/** What `merge` is to do, checked. */
export interface MergeArguments extends Omit<ValuesOf<'merge'>, 'failOn' | 'failOnRegression'> {
  /** Files, patterns and directories as typed; at least one. */
  readonly reports: readonly string[];
  /** undefined: the option of the shards decides. */
  readonly failOn: FailOn | undefined;
}

/** @throws UsageError that names the flag and the remedy */
export function checkMergeOptions(values: ValuesOf<'merge'>, words: readonly string[]): MergeArguments {
  if (words.length === 0) {
    throw new UsageError(
      'missing_argument',
      `'merge' needs the reports of the shards; write bpfcompat merge shards/ ${flag('out')} report.json`,
    );
  }
  if (values.out === '') {
    throw missing('out', 'report.json');
  }
  checkReportFiles(values);
  const { failOn, failOnRegression, ...rest } = values;
  return { ...rest, reports: words, failOn: checkFailOn(failOn, failOnRegression) };
}

/** @throws UsageError `flag_conflict` when two reports would be the same file */
export function checkReportFiles(values: Readonly<Record<(typeof REPORT_FLAGS)[number], string>>): void {
  const flags = new Map<string, (typeof REPORT_FLAGS)[number]>();
  for (const name of REPORT_FLAGS) {
    const file = values[name];
    const other = flags.get(file);
    if (file !== '' && other !== undefined) throw sameFile(other, name, quoted(file));
    flags.set(file, name);
  }
}

/** What `plan` is to do, checked. */
export interface PlanArguments extends Omit<ValuesOf<'plan'>, 'artifact' | 'matrix' | 'quick' | 'kernels' | 'kernel'> {
  /** Paths and patterns as typed; may be none. */
  readonly artifacts: readonly string[];
  /** undefined with a suite. */
  readonly kernels: KernelChoice | undefined;
  readonly localKernels: readonly LocalKernel[];
}

/** @throws UsageError that names the flag and the remedy */
export function checkPlanOptions(values: ValuesOf<'plan'>, given: ReadonlySet<string>): PlanArguments {
  const { artifact: artifacts, matrix, quick, kernels, kernel, ...rest } = values;
  const named = artifacts.length > 0 || matrix !== '' || quick || kernels.length > 0;
  if (given.has('shards') && values.shards === 0) {
    throw new UsageError(
      'flag_value',
      phrase`${option('shards')} must be a whole number from 1 to ${MAX_SHARDS}, not "0"; without it there are as many as ${option('target-time')} needs`,
    );
  }
  if (values.suite !== '' && named) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('suite')} names objects and kernels itself; remove ${option('artifact')}, ${option('matrix')}, ${option('kernels')} and ${option('quick')}, or the suite`,
    );
  }
  checkClasses(values, given);
  const chosen = values.suite === '' ? chooseKernels(values, 'plan') : undefined;
  return { ...rest, artifacts, kernels: chosen, localKernels: parseLocalKernels(kernel) };
}

/** Flags of `plan` that are about shards, and those that are about classes of kernels. */
const OF_SHARDS = ['shards', 'target-time', 'baseline', 'suite'] as const;
const OF_CLASSES = ['facts', 'offline'] as const;

/** @throws UsageError `flag_conflict`, `missing_flag` */
function checkClasses(values: ValuesOf<'plan'>, given: ReadonlySet<string>): void {
  const { group, sample, artifact } = values;
  const requested = group ? 'group' : sample ? 'sample' : undefined;
  if (group && sample) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('group')} and ${option('sample')} print different things; give one`,
    );
  }
  const odd = (requested === undefined ? OF_CLASSES : OF_SHARDS).find((name) => given.has(name));
  if (requested !== undefined && odd !== undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option(odd)} is about shards, and ${option(requested)} makes none; remove one of them`,
    );
  }
  if (odd !== undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option(odd)} is about classes of kernels; add ${option('group')} or ${option('sample')}`,
    );
  }
  if (requested !== undefined && artifact.length === 0) throw missing('artifact', 'my.bpf.o');
}
