import type { CellResult } from '../model/cell.ts';
import { type Evidence, firstStage, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { namesIn } from '../model/name-list.ts';

/** A kernel that has a result for an object, with what is looked up often. */
export interface KernelResult {
  readonly result: CellResult;
  readonly evidence: Evidence;
  readonly findings: readonly Finding[];
  /** How reports call the kernel: the profile, else its release. */
  readonly label: string;
  /** Findings by code, reason, subject and function; and by code and subject alone. */
  readonly reported: ReadonlySet<string>;
  /** Programs that loaded or did not, where each was looked at by itself. */
  readonly programs: ReadonlyMap<string, boolean>;
  readonly attached: ReadonlySet<string>;
  /** CO-RE accesses that the kernel has. */
  readonly accesses: ReadonlySet<string>;
  /** Functions that were not found because the compiler copied them into their callers. */
  readonly inlined: ReadonlySet<string>;
  /** The object as a whole loaded. */
  readonly loaded: boolean;
}

/** Each program that cannot share the map is a finding of its own. */
function sharer({ code, args }: Finding): string {
  return code === 'TAIL_CALL_INCOMPATIBLE' ? (args['program'] ?? '') : '';
}

function exactKey(finding: Finding): string {
  const { code, subject, args } = finding;
  return JSON.stringify([code, subject ?? '', args['reason'] ?? '', args['function'] ?? '', sharer(finding)]);
}

function looseKey(finding: Finding): string {
  return JSON.stringify([finding.code, finding.subject ?? '', sharer(finding)]);
}

/** @param findings those of the result, or what the other kernels made of them */
export function kernelResultOf(result: CellResult, evidence: Evidence, findings: readonly Finding[]): KernelResult {
  return {
    result,
    evidence,
    findings,
    label: result.kernel?.profile ?? evidence.hello.kernel.release,
    reported: new Set(findings.flatMap((finding) => [exactKey(finding), looseKey(finding)])),
    programs: new Map(stagesOf(evidence, 'program').map(({ name, status }) => [name, status === 'pass'])),
    attached: new Set(
      stagesOf(evidence, 'attach')
        .filter(({ status }) => status === 'pass')
        .map(({ program }) => program),
    ),
    accesses: new Set(
      stagesOf(evidence, 'core')
        .flatMap((stage) => stage.relocations)
        .filter(({ present }) => present)
        .map(({ access }) => access),
    ),
    inlined: new Set(
      findings
        .filter(({ args }) => args['reason'] === 'inlined')
        .flatMap(({ args }) => args['function'] ?? args['target'] ?? []),
    ),
    loaded: firstStage(evidence, 'load')?.status === 'pass',
  };
}

/** The numbers of a release: `6.12.117+deb12-cloud-amd64` gives 6, 12, 117. */
function numbers(release: string): number[] {
  const match = /^(\d{1,4})\.(\d{1,5})(?:\.(\d{1,6}))?/.exec(release);
  return match ? match.slice(1, 4).map((part) => Number(part ?? 0)) : [0, 0, 0];
}

/** Negative when `a` is the older kernel. */
function compareReleases(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (const index of [0, 1, 2]) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function releaseOf({ evidence }: KernelResult): string {
  return evidence.hello.kernel.release;
}

/** Every kernel with a result for one object, oldest kernel first. */
export function kernelResultsOf(results: readonly CellResult[]): KernelResult[] {
  return results
    .flatMap((result) => {
      const { outcome, evidence } = result;
      if (!evidence || (outcome.status !== 'pass' && outcome.status !== 'fail')) return [];
      return [kernelResultOf(result, evidence, outcome.findings)];
    })
    .sort((a, b) => compareReleases(releaseOf(a), releaseOf(b)));
}

/** Whether no kernel of the run that is known to be newer stayed silent. */
export function newestHasResult(results: readonly CellResult[], kernels: readonly KernelResult[]): boolean {
  const newest = kernels.at(-1);
  if (!newest) return false;
  return results.every(({ kernel }) => !kernel || compareReleases(kernel.release, releaseOf(newest)) <= 0);
}

/** Whether a kernel reports the very same: code, reason and subject. */
export function reports(kernel: KernelResult, finding: Finding): boolean {
  return kernel.reported.has(exactKey(finding));
}

/** The programs a finding is about; empty when it is about the object as a whole. */
function programsOf(finding: Finding): string[] {
  return namesIn(finding.args['program'] ?? '');
}

/**
 * Whether a kernel was seen to accept what another one rejects: the program loaded (and was attached, when that is what
 * failed elsewhere), the map was made. A kernel that failed earlier or otherwise shows nothing.
 */
export function isFine(kernel: KernelResult, finding: Finding): boolean {
  if (kernel.reported.has(looseKey(finding))) return false;
  // libbpf found the access there, whatever became of the program.
  if (finding.code === 'CORE_RELOCATION_FAILURE' && kernel.accesses.has(finding.subject ?? '')) return true;
  if (finding.phase === 'functional') return kernel.result.outcome.status === 'pass';
  const programs = programsOf(finding);
  if (finding.phase === 'map' || programs.length === 0) return kernel.loaded;
  return finding.phase === 'attach'
    ? programs.every((program) => kernel.attached.has(program))
    : programs.every((program) => kernel.programs.get(program) ?? kernel.loaded);
}
