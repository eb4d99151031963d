import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HostLoadOptions, validateBeforeLoad, validateBytes } from '../../src/index.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { type AgentLab, createAgentLab, OBJECT } from '../fixtures/agent-lab.ts';

let lab: AgentLab;
let options: HostLoadOptions;
beforeEach(async () => {
  lab = await createAgentLab();
  const { host, cwd, worker } = lab.base;
  options = { host, cwd, worker, allowHostLoad: true } as HostLoadOptions;
  writeFileSync(join(lab.cwd, 'conn.bpf.o'), OBJECT);
});
afterEach(() => lab[Symbol.dispose]());

test.each([false, undefined, 'true', 1])('allowHostLoad %j loads nothing and reads nothing', async (allowHostLoad) => {
  const closed = { ...options, allowHostLoad } as HostLoadOptions;
  await expect(validateBeforeLoad('missing.o', closed)).rejects.toMatchObject({ code: 'host_load_not_allowed' });
  await expect(validateBytes(OBJECT, closed)).rejects.toMatchObject({ code: 'host_load_not_allowed' });
  expect(lab.loads()).toEqual([]);
});

test('an object that loads, from a file and from bytes', async () => {
  const result = await validateBeforeLoad('conn.bpf.o', options);
  expect(result).toMatchObject({
    loadable: true,
    classification: undefined,
    attach: { mode: 'disabled', attempted: 0 },
  });
  expect(result.kernel.release).not.toBe('');
  const { raw } = await validateBytes(OBJECT, options);
  expect(existsSync(raw.execution.artifact_path)).toBe(false);
  expect(lab.loads()).toEqual([sha256(OBJECT), sha256(OBJECT)]);
});

test('an object that does not load has no made-up cause', async () => {
  lab.end('fail');
  expect(await validateBeforeLoad('conn.bpf.o', options)).toMatchObject({
    loadable: false,
    classification: { code: 'UNKNOWN', confidence: 'low' },
  });
});

test('a check that did not complete is no result', async () => {
  lab.end('error');
  await expect(validateBeforeLoad('conn.bpf.o', options)).rejects.toMatchObject({
    code: 'worker_failed',
    message: expect.stringContaining('did not complete'),
  });
});
