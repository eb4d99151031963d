import type { CellResult } from '../model/cell.ts';
import { type Evidence, firstStage, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';

/** A kernel that was asked about an object and answered. */
export interface Answer {
  readonly result: CellResult;
  readonly evidence: Evidence;
  readonly findings: readonly Finding[];
  /** How reports call the kernel: the profile, else its release. */
  readonly label: string;
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

function releaseOf({ evidence }: Answer): string {
  return evidence.hello.kernel.release;
}

/** Everybody who answered about one object, oldest kernel first. */
export function answersOf(results: readonly CellResult[]): Answer[] {
  return results
    .flatMap((result) => {
      const { outcome, evidence } = result;
      if (!evidence || (outcome.status !== 'pass' && outcome.status !== 'fail')) return [];
      const label = result.kernel?.profile ?? evidence.hello.kernel.release;
      return [{ result, evidence, findings: outcome.findings, label }];
    })
    .sort((a, b) => compareReleases(releaseOf(a), releaseOf(b)));
}

/** Whether no kernel of the run that is known to be newer stayed silent. */
export function newestAnswered(results: readonly CellResult[], answers: readonly Answer[]): boolean {
  const newest = answers.at(-1);
  if (!newest) return false;
  return results.every(({ kernel }) => !kernel || compareReleases(kernel.release, releaseOf(newest)) <= 0);
}

/** Whether a kernel tells the very same: code, reason and subject. */
export function tells(answer: Answer, finding: Finding): boolean {
  return answer.findings.some(
    (other) =>
      other.code === finding.code &&
      other.subject === finding.subject &&
      other.args['reason'] === finding.args['reason'] &&
      other.args['function'] === finding.args['function'],
  );
}

/** The programs a finding is about; empty when it is about the object as a whole. */
function programsOf(finding: Finding): string[] {
  return (finding.args['program'] ?? '').split(', ').filter((name) => name !== '');
}

/**
 * Whether a kernel was seen to take what another one refuses: the program loaded (and was attached, when that is what
 * failed elsewhere), the map was made. A kernel that failed earlier or otherwise shows nothing.
 */
export function isFine({ evidence, findings, result }: Answer, finding: Finding): boolean {
  if (findings.some((other) => other.code === finding.code && other.subject === finding.subject)) return false;
  if (finding.code === 'CORE_RELOCATION_FAILURE' && hasAccess(evidence, finding)) return true;
  if (finding.phase === 'functional') return result.outcome.status === 'pass';
  const loaded = firstStage(evidence, 'load')?.status === 'pass';
  const programs = programsOf(finding);
  if (finding.phase === 'map' || programs.length === 0) return loaded;
  return programs.every((program) => programFine(evidence, program, finding.phase === 'attach', loaded));
}

/** libbpf found the access there, whatever became of the program. */
function hasAccess(evidence: Evidence, finding: Finding): boolean {
  return stagesOf(evidence, 'core')
    .flatMap((stage) => stage.relocations)
    .some(({ access, present }) => present && access === finding.subject);
}

function programFine(evidence: Evidence, program: string, attached: boolean, loaded: boolean): boolean {
  if (attached) {
    return stagesOf(evidence, 'attach').some((stage) => stage.program === program && stage.status === 'pass');
  }
  const stage = stagesOf(evidence, 'program').find(({ name }) => name === program);
  return stage ? stage.status === 'pass' : loaded;
}
