import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import { bytesOf } from '../../src/model/bytes-of.ts';
import type { Stage } from '../../src/model/evidence.ts';
import { openCellFiles } from '../../src/run/cell-files.ts';
import { evidence, exit, hello, load, open, program } from '../fixtures/evidence.ts';

const host = createHost({ env: {} });
let dir: TempDir;

beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-cell-files-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

const text = async (name: string): Promise<string> =>
  (await host.files.read(`${dir.path}/${name}`, 100 * 1024 * 1024)).toString();

it('have every word of a guest that says much, and memory little of it', async () => {
  const log = `${'l'.repeat(250_000)}\n`;
  const programs = Array.from({ length: 60 }, (_, index) =>
    program(`p${index}`, { status: 'fail', log, verifier_log_tail: log }),
  );
  const stages: Stage[] = [open(), ...programs, load({ status: 'fail' }), exit({ code: 2 })];
  const files = openCellFiles(host, dir.path, hello());
  const kept: Stage[] = [];
  for (const stage of stages) {
    kept.push(files.take(stage));
    await files.room();
  }
  await files.finish({ ...evidence(kept), document: '{}' });
  const lines = (await text('stages.jsonl')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([{ stage: 'hello', ...hello() }, ...stages]);
  const said = programs.map(({ name }) => `== program ${name}\n${log.trimEnd()}\n`).join('\n');
  expect(await text('libbpf.log')).toBe(said);
  expect(await text('validator-result.json')).toBe('{}');
  expect(await text('validator-exit-code')).toBe('2\n');
  expect(bytesOf(kept)).toBeLessThan(10_000_000);
  expect(files.shortened()).toContain('stages.jsonl');
});

it('are not there when no result came and little was said', async () => {
  const files = openCellFiles(host, dir.path, hello());
  files.take(open());
  await files.abandon();
  expect(await host.files.list(dir.path)).toEqual([]);
  expect(files.shortened()).toBeUndefined();
});
