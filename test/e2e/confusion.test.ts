import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { CellResult, Finding } from '../../src/index.ts';
import { isIdle } from '../../src/model/finding.ts';
import { grouped } from '../../src/model/once-per.ts';
import { type Cell, cellOf, kernelsAround, type Row } from '../confusion/cells.ts';
import { EXPECTATIONS } from '../confusion/expectations.ts';
import { check } from './support/check.ts';
import { ROOT } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

const OBJECTS = join(ROOT, 'test/confusion/objects');
const KERNELS = [
  'debian-11-5.10',
  'debian-12-6.1',
  'debian-12-6.12',
  'debian-13-6.12',
  'debian-13-6.16',
  'debian-13-6.17',
  'debian-13-6.18',
  'debian-13-6.19',
  'debian-13-7.0',
  'debian-13-7.1',
  'debian-13-7.2',
  'debian-13-7.3',
];
/** What does the same on all of them is asked on the oldest, the newest and one of these. */
const BETWEEN = ['debian-12-6.1', 'debian-13-6.12'];

const scratch = scratchDir();
/** Every object on every kernel, as `npm run test:confusion` wants it: four times the work of both sides of each change. */
const WHOLE = process.env['BPFCOMPAT_TEST_ALL_KERNELS'] === '1';
const asked = (row: Row): readonly string[] => (WHOLE ? KERNELS : kernelsAround(row, KERNELS, BETWEEN));
let results: ReadonlyMap<string, CellResult>;

beforeAll(async () => {
  results = new Map();
  for (const rows of grouped(EXPECTATIONS, (row) => asked(row).join()).values())
    results = new Map([...results, ...(await ask(rows))]);
  // A thousand questions; a busy machine needs more than the minutes that one file of tests has otherwise.
}, 1_500_000);

/** What objects with the same kernels do there, by file and profile. */
async function ask(rows: readonly Row[]): Promise<[string, CellResult][]> {
  const objects = rows.map(({ object }) => join(OBJECTS, `${object}.bpf.o`));
  const kernels = rows.slice(0, 1).flatMap(asked);
  const { artifacts, targets, results: cells } = (await check(scratch, objects, { kernels })).report;
  return cells.map((result) => {
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
function expected(object: string, { status, told, unattached }: Cell): string {
  const findings = told.map(({ code, reason, subject, mark }) => {
    const line = mark === undefined ? '' : ` at line ${lineOf(object, mark)}`;
    return `${code}${reason === undefined ? '' : `/${reason}`} of ${subject ?? 'the file'}${line}`;
  });
  return [status, ...findings.sort(), ...unattached.map((program) => `${program} not attached`)].join(' ');
}

function findingText(finding: Finding, cell: Cell): string {
  const wanted = cell.told.find(({ code, subject }) => code === finding.code && subject === finding.subject);
  const { reason } = finding.args;
  // Where no line is to blame, any is a help and none is right.
  const line = wanted && wanted.mark === undefined ? undefined : finding.location?.line;
  const where = line === undefined ? '' : ` at line ${line}`;
  const why = reason === undefined || (wanted && wanted.reason === undefined) ? '' : `/${reason}`;
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

/** One line per kernel whose answer is wrong. */
function mistakes(row: Row): string[] {
  return asked(row).flatMap((kernel) => {
    const result = results.get(`${row.object}.bpf.o ${kernel}`);
    if (result === undefined) return [`${kernel}: no answer`];
    const cell = cellOf(row, kernel);
    const [want, got] = [expected(row.object, cell), observed(result, cell)];
    return want === got ? [] : [`${kernel}: expected ${want}\n  but got ${got}`];
  });
}

test('every object has its row, and every row its object', () => {
  const objects = readdirSync(OBJECTS).filter((name) => name.endsWith('.bpf.c'));
  expect(EXPECTATIONS.map(({ object }) => `${object}.bpf.c`).sort()).toEqual(objects.sort());
  expect(objects.length).toBeGreaterThanOrEqual(60);
});

test.each(EXPECTATIONS.map((row) => [row.object, row] as const))('%s', (_, row) => {
  expect(mistakes(row).join('\n')).toBe('');
});

test('all cells are told right, nothing stays unknown, and every guest answers', () => {
  expect(EXPECTATIONS.flatMap(mistakes)).toEqual([]);
  const answers = [...results.values()];
  expect(answers).toHaveLength(EXPECTATIONS.flatMap(asked).length);
  expect(answers.filter(({ outcome }) => outcome.status === 'infra_error')).toEqual([]);
  const told = answers.flatMap(({ outcome }) => ('findings' in outcome ? outcome.findings : []));
  expect(told.filter(({ code, args }) => code === 'UNKNOWN' || args['reason'] === 'unclassified')).toEqual([]);
});
