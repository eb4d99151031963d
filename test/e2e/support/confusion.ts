import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CellResult, Finding } from '../../../src/index.ts';
import { isIdle } from '../../../src/model/finding.ts';
import { type Cell, cellOf, type Row } from '../../confusion/cells.ts';
import { check } from './check.ts';
import { ROOT } from './places.ts';

/** Where the objects of the confusion matrix are. */
export const OBJECTS = join(ROOT, 'test/confusion/objects');

/** What objects do on kernels, by file and profile: `map_bloom.bpf.o debian-12-6.1`. */
export type Results = ReadonlyMap<string, CellResult>;

export async function request(
  scratch: string,
  objects: readonly string[],
  kernels: readonly string[],
): Promise<[string, CellResult][]> {
  const { artifacts, targets, results } = (await check(scratch, objects, { kernels })).report;
  return results.map((result) => {
    const { artifact, target } = result.cell;
    return [`${artifacts[artifact]?.basename} ${targets[target]?.profile.id}`, result];
  });
}

/** The line of the source with the comment that is only `mark`. */
function lineOf(object: string, mark: string): number {
  const lines = readFileSync(join(OBJECTS, `${object}.bpf.c`), 'utf8').split('\n');
  const found = lines.flatMap((line, index) => (line.includes(`/* ${mark} */`) ? [index + 1] : []));
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) throw new Error(`${object}: ${found.length} lines are marked ${mark}`);
  return only;
}

/** `fail VERIFIER_REJECTION/null_check of probe at line 19`: what is expected, in the words of `observed`. */
function expected(object: string, { status, reported, unattached }: Cell): string {
  const findings = reported.map(({ code, reason, subject, mark }) => {
    const line = mark === undefined ? '' : ` at line ${lineOf(object, mark)}`;
    return `${code}${reason === undefined ? '' : `/${reason}`} of ${subject ?? 'the file'}${line}`;
  });
  return [status, ...findings.sort(), ...unattached.map((program) => `${program} not attached`)].join(' ');
}

function findingText(finding: Finding, cell: Cell): string {
  const required = cell.reported.find(({ code, subject }) => code === finding.code && subject === finding.subject);
  const { reason } = finding.args;
  // Where no line is to blame, any is a help and none is right.
  const line = required && required.mark === undefined ? undefined : finding.location?.line;
  const where = line === undefined ? '' : ` at line ${line}`;
  const why = reason === undefined || (required && required.reason === undefined) ? '' : `/${reason}`;
  return `${finding.code}${why} of ${finding.subject ?? 'the file'}${where}`;
}

/** What was found out, in the words of `expected`; a pass with a program that was not attached is none. */
function observed({ outcome, evidence }: CellResult, cell: Cell): string {
  if (outcome.status === 'infra_error') return `infra_error ${outcome.message}`;
  if (outcome.status === 'skipped') return `skipped ${outcome.reason}`;
  if (outcome.status === 'inferred') return 'inferred';
  const findings = outcome.findings.filter((one) => !isIdle(one)).map((finding) => findingText(finding, cell));
  const attaches = (evidence?.stages ?? []).flatMap((stage) => (stage.stage === 'attach' ? [stage] : []));
  const unattached =
    findings.length > 0 || outcome.status === 'fail'
      ? []
      : attaches.flatMap(({ program, status }) => (status === 'pass' ? [] : [`${program} not attached`]));
  // Where nothing was attached at all, that has to be said.
  if (unattached.length > 0 && unattached.length === attaches.length && !outcome.findings.some(isIdle)) {
    return 'a plain pass, and nothing is attached';
  }
  return [outcome.status, ...findings.sort(), ...unattached].join(' ');
}

/** One line per kernel whose result is wrong. */
export function mistakes(row: Row, kernels: readonly string[], results: Results): string[] {
  return kernels.flatMap((kernel) => {
    const result = results.get(`${row.object}.bpf.o ${kernel}`);
    if (result === undefined) return [`${kernel}: no result`];
    const cell = cellOf(row, kernel);
    const [want, got] = [expected(row.object, cell), observed(result, cell)];
    return want === got ? [] : [`${kernel}: expected ${want}\n  but got ${got}`];
  });
}

/** Results that no run may have: no guest, or a failure that is not explained. */
export function unexplained(results: Results): readonly unknown[] {
  return [...results.values()].filter(
    ({ outcome }) =>
      outcome.status === 'infra_error' ||
      ('findings' in outcome &&
        outcome.findings.some(({ code, args }) => code === 'UNKNOWN' || args['reason'] === 'unclassified')),
  );
}
