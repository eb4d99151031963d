import type { Outcome } from '../model/cell.ts';
import type { Finding } from '../model/finding.ts';
import { compareKernels, kernelNumber } from '../model/kernel-range.ts';
import { optionOf } from './build-options.ts';
import { KERNEL_OPTIONS } from './tables/kernel-options.ts';

/** What is known of the build of the kernel that a cell ran on. */
export interface KernelBuild {
  /** Id of its profile. */
  readonly profile: string;
  readonly release: string;
  readonly arch: string;
  /** Text of its configuration; undefined where its packages have none. */
  readonly config: string | undefined;
}

/** Reasons that leave open whether a kernel was built without something. */
const OPEN: ReadonlySet<string> = new Set(['struct', 'compiled_out', 'not_set']);

const [, names = '', ...rows] = KERNEL_OPTIONS.split('\n');
const options = new Map(names.split(' ').map((name, index) => [name, index]));
const kernels = rows
  .filter((row) => row !== '')
  .map((row) => {
    const [profile = '', release = '', , , letters = ''] = row.split(' ');
    return { profile, number: kernelNumber(release) ?? ([0, 0] as const), letters };
  });

/**
 * The profile with a kernel built with an option that is nearest to `build`: of the same version, else the next newer one,
 * else the newest of the older ones.
 * @returns `none` where the table has the option and no kernel is built with it; undefined where the table does not say
 */
export function profileWith(
  option: string,
  build: Pick<KernelBuild, 'profile' | 'release' | 'arch'>,
): string | undefined {
  const column = options.get(option);
  const number = kernelNumber(build.release);
  if (column === undefined || number === undefined || build.arch !== 'x86_64') return undefined;
  const able = kernels.filter(
    ({ profile, letters }) => profile !== build.profile && /[ym]/.test(letters[column] ?? ''),
  );
  const newer = able.find((kernel) => compareKernels(kernel.number, number) >= 0);
  return (newer ?? able.at(-1))?.profile ?? 'none';
}

/** `y`, `m`, or `n` for an option that the configuration does not set. */
function setTo(option: string, config: string): string {
  const [, value = 'n'] = new RegExp(`^${option}=(.*)$`, 'm').exec(config) ?? [];
  return value;
}

function explained(finding: Finding, build: KernelBuild): Finding {
  const option = OPEN.has(finding.args['reason'] ?? '') ? optionOf(finding) : undefined;
  if (option === undefined) return finding;
  const { reason = '', ...others } = finding.args;
  const value = build.config === undefined ? undefined : setTo(option, build.config);
  if (value === 'n') {
    const kept = finding.code === 'UNRESOLVED_KCONFIG' ? reason : 'compiled_out';
    const config_profile = profileWith(option, build);
    const args = {
      ...others,
      reason: kept,
      config: option,
      config_value: value,
      ...(config_profile && { config_profile }),
    };
    return { ...finding, confidence: 'high', args };
  }
  // The kernel is built with it: whatever is missing, that option is not.
  if (value !== undefined && reason === 'compiled_out') {
    const { config: _, ...rest } = others;
    // A kfunc may be younger than the kernel as well: that it is not there is all that is known.
    if (finding.code === 'MISSING_KFUNC') return { ...finding, args: { ...rest, reason: 'strong' } };
    const looked = others['looked_for'] !== undefined;
    return { ...finding, args: { ...rest, reason: looked ? 'renamed_or_removed' : reason } };
  }
  const config_profile = reason === 'compiled_out' ? profileWith(option, build) : undefined;
  return config_profile === undefined
    ? finding
    : { ...finding, args: { ...finding.args, config: option, config_profile } };
}

/** Whether a finding of the outcome may be about how its kernel was built: then its configuration is worth reading. */
export function needsBuild(outcome: Outcome): boolean {
  if (outcome.status !== 'pass' && outcome.status !== 'fail') return false;
  return outcome.findings.some((one) => OPEN.has(one.args['reason'] ?? '') && optionOf(one) !== undefined);
}

/** Findings about what a kernel was built without, with the option by its configuration and a profile that has it. */
export function withBuildFacts(outcome: Outcome, build: KernelBuild): Outcome {
  if (outcome.status !== 'pass' && outcome.status !== 'fail') return outcome;
  return { ...outcome, findings: outcome.findings.map((finding) => explained(finding, build)) };
}
