import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { inspect } from '../../src/api/inspect.ts';
import { planShards } from '../../src/api/plan.ts';
import { prepareSuite } from '../../src/api/prepare-suite.ts';
import { environmentOf } from '../../src/api/services.ts';
import { CancelledError } from '../../src/model/errors.ts';
import { withoutOldReports } from '../../src/run/old-reports.ts';
import { buildElf, insns } from '../object/elf-builder.ts';

const cwd = mkdtempSync(join(tmpdir(), 'bpfcompat-cancel-'));
afterAll(() => rmSync(cwd, { recursive: true }));
const bytes = buildElf(
  [{ name: 'xdp', executable: true, bytes: insns([[0xb7], [0x95]]) }],
  [{ name: 'one', section: 'xdp', size: 16 }],
);
writeFileSync(join(cwd, 'one.bpf.o'), bytes);
execFileSync('tar', ['-czf', 'one.tar.gz', 'one.bpf.o'], { cwd });
writeFileSync(
  join(cwd, 'suite.yaml'),
  'name: s\ncases: [{name: a, artifact: one.tar.gz, kernels: [debian-12-6.1], workdir: work}]\n',
);

const suite = (signal?: AbortSignal): Promise<unknown> => {
  const environment = environmentOf({ cwd, env: process.env });
  const options = { suite: 'suite.yaml', cwd, ...(signal && { signal }) };
  return withoutOldReports(environment.host, [], [], (old) => prepareSuite(options, environment, old));
};

// A huge archive takes minutes to open, and a small one is opened at once: only one that was given up is not opened.
test.each<readonly [string, (signal?: AbortSignal) => Promise<unknown>]>([
  ['inspect', (signal) => inspect({ files: ['one.tar.gz'], cwd, ...(signal && { signal }) })],
  [
    'plan',
    (signal) => planShards({ artifacts: ['one.tar.gz'], kernels: ['debian-12-6.1'], cwd, ...(signal && { signal }) }),
  ],
  ['suite', suite],
])('%s gives up an archive when it is cancelled', async (_name, work) => {
  await expect(work()).resolves.toBeDefined();
  await expect(work(AbortSignal.abort())).rejects.toThrow(CancelledError);
});
