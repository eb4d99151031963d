import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { prepareSuite } from '../../src/api/prepare-suite.ts';
import { environmentOf } from '../../src/api/services.ts';
import { parseArgs } from '../../src/config/parse-args.ts';
import type { Runner } from '../../src/model/kernel.ts';

const nothing = async (): Promise<void> => {};
const OLD = { keep: nothing, know: nothing, setAside: nothing };

/** A case for a kernel of the developer, who boots it by virtme-ng. */
async function prepared(runner?: Runner) {
  const cwd = mkdtempSync(join(tmpdir(), 'bpfcompat-suite-runner-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  writeFileSync(join(cwd, 'a.bpf.o'), 'an object');
  const text =
    'name: s\ndefaults: {kernels: [debian-12-6.1], runner: virtme-ng}\ncases:\n  - {name: a, artifact: a.bpf.o}\n';
  writeFileSync(join(cwd, 's.yaml'), text);
  const { cases } = await prepareSuite(
    { suite: 's.yaml', cwd, ...(runner && { runner }) },
    environmentOf({ cwd }),
    OLD,
  );
  return cases[0] ?? expect.fail('no case');
}

test('a case that another runner boots is run again by that runner', async () => {
  const { ready } = await prepared();
  const flags = ready?.run.flags ?? [];
  const again = ['test', '--artifact', 'a.bpf.o', '--kernels', 'debian-12-6.1', '--out', 'r.json', ...flags];
  expect(parseArgs(again)).toMatchObject({ options: { runner: 'virtme-ng' } });
  expect(ready?.run.targets[0]?.profile.unserved).toContain('wants the runner vm');
});

test('the caller has the last word about the runner', async () => {
  const { ready } = await prepared('vm');
  expect(ready?.run.flags).not.toContain('--runner');
  expect(ready?.run.targets[0]?.profile.unserved).toBeUndefined();
  expect((await prepared('firecracker')).ready?.run.flags.join(' ')).toContain('--runner firecracker');
});
