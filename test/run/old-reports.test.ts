import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { createHost } from '../../src/host/create-host.ts';
import { compare, HostError, mergeReports, planShards, validate, validateSuite } from '../../src/index.ts';
import { notesOf } from '../../src/model/error-notes.ts';
import { inFlags } from '../../src/model/wording.ts';
import { withoutOldReports } from '../../src/run/old-reports.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-old-'));
  writeFileSync(join(dir, 'a.bpf.o'), 'whatever it is');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** How a report of each kind begins, as an earlier run left it. */
const REPORTS = {
  out: '{"schema_version": "v0.1", "status": "pass"}',
  markdown: '# bpfcompat Compatibility Report\n',
  junit: '<?xml version="1.0"?>\n<testsuites name="bpfcompat"></testsuites>',
  sarif: '{"runs": [{"tool": {"driver": {"name": "bpfcompat"}}}]}',
  badge: '{"schemaVersion": 1, "label": "compat"}',
  summary: '## ✅ bpfcompat: pass\n',
} as const;
const KINDS = Object.keys(REPORTS) as (keyof typeof REPORTS)[];

function leave(text: Partial<Record<keyof typeof REPORTS, string>> = REPORTS): void {
  for (const kind of KINDS) writeFileSync(join(dir, kind), text[kind] ?? '');
}
const left = (): string[] => KINDS.filter((kind) => existsSync(join(dir, kind)));
/** Those that lie beside their place, as they were. */
const aside = (): string[] =>
  KINDS.filter((kind) => {
    const place = join(dir, `${kind}.old`);
    return existsSync(place) && readFileSync(place, 'utf8') === REPORTS[kind];
  });
const files = { junit: 'junit', sarif: 'sarif', badge: 'badge', summary: 'summary' };
const names = { out: 'out', markdown: 'markdown', files };
// No guest boots here: the run ends before it has a result.
const env = () => ({ PATH: process.env['PATH'], BPFCOMPAT_CACHE_DIR: join(dir, 'store'), BPFCOMPAT_QEMU: '/nowhere' });
const place = () => ({ cwd: dir, env: env() });
const KERNELS = { kernels: ['debian-12-6.1'], offline: true };

const SUITE = 'name: own\ncases:\n  - name: one\n    artifact: a.bpf.o\n    kernels: [debian-12-6.1]\n';

describe('a run that comes to nothing moves older reports aside', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['an object that is not there', () => validate({ ...place(), ...KERNELS, ...names, artifacts: ['none.bpf.o'] })],
    ['a kernel nobody knows', () => validate({ ...place(), ...names, artifacts: ['a.bpf.o'], kernels: ['none'] })],
    ['a machine without QEMU', () => validate({ ...place(), ...KERNELS, ...names, artifacts: ['a.bpf.o'] })],
    ['a suite that is not there', () => validateSuite({ ...place(), ...names, suite: 'none.yaml' })],
    ['shards that are not there', () => mergeReports({ ...place(), ...names, reports: ['none.json'] })],
  ])('with %s', async (_what, call) => {
    leave();
    writeFileSync(join(dir, 'own.yaml'), SUITE);
    await expect(call()).rejects.toThrow();
    expect(left()).toEqual([]);
    expect(aside()).toEqual(KINDS);
  });

  test('of a suite and its cases', async () => {
    mkdirSync(join(dir, 'cases'));
    writeFileSync(join(dir, 'own.yaml'), `${SUITE}out: out\nmarkdown: markdown\ndefaults:\n  report_dir: cases\n`);
    leave({ out: '{"schema_version": "bpfcompat_suite.v0.1"}', markdown: '# bpfcompat Compatibility Suite\n' });
    writeFileSync(join(dir, 'cases/one.json'), REPORTS.out);
    await expect(validateSuite({ ...place(), suite: 'own.yaml', offline: true })).rejects.toThrow();
    for (const name of ['out', 'markdown', 'cases/one.json']) expect(existsSync(join(dir, name)), name).toBe(false);
  });

  test('but what a case of it reads stays, also where the suite would write', async () => {
    const base = '{"schema_version": "bpfcompat_suite.v0.1"}';
    writeFileSync(join(dir, 'own.yaml'), `${SUITE}    baseline: out\nout: out\n`);
    for (const out of [undefined, 'out']) {
      writeFileSync(join(dir, 'out'), base);
      const options = { stopOnFailure: true, shard: { index: 1, total: 2 }, ...(out && { out }) };
      await expect(validateSuite({ ...place(), suite: 'own.yaml', ...options })).rejects.toThrow(/stopOnFailure/);
      expect(readFileSync(join(dir, 'out'), 'utf8')).toBe(base);
    }
  });

  test('of a comparison and of a plan', async () => {
    writeFileSync(join(dir, 'out'), '{"schema_version": "compat_diff.v0.1"}');
    await expect(compare({ ...place(), base: 'none', head: 'none', out: 'out' })).rejects.toThrow();
    expect(existsSync(join(dir, 'out'))).toBe(false);
    writeFileSync(join(dir, 'out'), '{"include": []}');
    await expect(planShards({ ...place(), artifacts: ['a.bpf.o'], kernels: ['none'], out: 'out' })).rejects.toThrow();
    expect(existsSync(join(dir, 'out'))).toBe(false);
  });

  test.each([
    ['a flag nobody knows', ['--bogus', '--out', 'out', '--markdown=markdown']],
    ['a value that is none', ['--timeout', 'soon', '--out=out', '--markdown', 'markdown']],
  ])('with %s', async (_what, words) => {
    leave();
    const said: string[] = [];
    const err = (text: string): number => said.push(text);
    const io = { env: env(), cwd: dir, out: () => {}, err, width: () => 80, face: inFlags } as unknown as Io;
    expect(await runCommand(['test', '--artifact', 'a.bpf.o', '--quick', ...words], io)).toBe(1);
    expect(left()).toEqual(KINDS.filter((kind) => kind !== 'out' && kind !== 'markdown'));
    expect(aside()).toEqual(['out', 'markdown']);
    expect(said.join('')).toContain(
      `note: the report of an earlier run that was there is ${join(dir, 'out.old')} now\n`,
    );
  });
});

describe('what stays', () => {
  test('a file of somebody else where the older report would be moved', async () => {
    leave();
    writeFileSync(join(dir, 'out.old'), 'mine');
    writeFileSync(join(dir, 'markdown.old'), `${REPORTS.markdown}an older one`);
    const failing = validate({ ...place(), ...KERNELS, ...names, artifacts: ['none.bpf.o'] });
    const error = await failing.catch((thrown: unknown) => thrown);
    expect(readFileSync(join(dir, 'out.old'), 'utf8')).toBe('mine');
    expect(left()).toEqual(['out']);
    expect(readFileSync(join(dir, 'markdown.old'), 'utf8')).toBe(REPORTS.markdown);
    expect(notesOf(error)[0]).toMatch(/out is the report of an earlier run; it stays there/);
  });

  test('files that are not reports of ours, or of another kind', async () => {
    leave({ ...REPORTS, out: '{"schema_version": "somebody else"}', markdown: REPORTS.summary });
    await expect(validate({ ...place(), ...KERNELS, ...names, artifacts: ['none.bpf.o'] })).rejects.toThrow();
    expect(left()).toEqual(['out', 'markdown']);
  });

  test('the baseline, although the new report would take its place', async () => {
    leave();
    const call = validate({ ...place(), ...KERNELS, ...names, artifacts: ['none.bpf.o'], baseline: 'out' });
    await expect(call).rejects.toThrow();
    expect(left()).toEqual(['out']);
  });

  test('the report of a shard that the merged one was to replace by mistake', async () => {
    for (const reports of [['.'], ['*t']]) {
      leave();
      await expect(mergeReports({ ...place(), reports, out: 'out' })).rejects.toThrow();
      expect(left()).toContain('out');
    }
  });

  test('what the run wrote before it failed; the older report behind a link goes, the link does not', async () => {
    const host = createHost({ env: {} });
    leave();
    symlinkSync(join(dir, 'markdown'), join(dir, 'link'));
    const outputs = [
      { path: join(dir, 'out'), kind: 'report' },
      { path: join(dir, 'link'), kind: 'markdown' },
    ] as const;
    const failing = withoutOldReports(host, outputs, [], async () => {
      await host.files.writeAtomic(join(dir, 'out'), `${REPORTS.out}\n`);
      throw new HostError('report_unwritable', 'the other one');
    });
    await expect(failing).rejects.toThrow('the other one');
    expect(readFileSync(join(dir, 'out'), 'utf8')).toBe(`${REPORTS.out}\n`);
    expect(left()).not.toContain('markdown');
  });

  test('everything, when the work succeeds without writing', async () => {
    leave();
    await withoutOldReports(createHost({ env: {} }), [{ path: join(dir, 'out'), kind: 'report' }], [], async () => 0);
    expect(left()).toEqual(KINDS);
  });
});
