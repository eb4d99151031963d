import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { createFrameReader } from '../../src/guests/frame-reader.ts';
import { createHost } from '../../src/host/create-host.ts';
import { validate } from '../../src/index.ts';
import { bpfcompat } from './support/cli.ts';
import { example, ROOT } from './support/places.ts';
import { readReport } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// What is seen of a run although no kernel responds: none is stored, and the network is forbidden.
const scratch = scratchDir();
const KERNEL = 'debian-12-6.1';

function emptyCache(): string {
  return join(mkdtempSync(join(scratch, 'cache-')), 'cache');
}

test('a kernel of the workspace in place of ours is reported on the terminal, in the summary and in the report', async () => {
  const cwd = mkdtempSync(join(scratch, 'own-'));
  mkdirSync(join(cwd, 'matrices/profiles'), { recursive: true });
  const own = join(cwd, `matrices/profiles/${KERNEL}.yaml`);
  writeFileSync(
    own,
    `id: ${KERNEL}
distro: debian
kernel_family: "6.1"
arch: x86_64
kernel: {source: deb, archive: debian, suite: trixie, package: linux-image-cloud-amd64}
boot: {memory_mb: 512, cpus: 1}
validator: {path: /usr/local/bin/bpfcompat-validator}
`,
  );
  const flags = ['--kernels', KERNEL, '--offline', '--out', 'r.json', '--summary', 'r.md', '--markdown', 'long.md'];
  const args = ['test', '--artifact', example('simple-pass'), ...flags];
  const options = { cwd, env: { BPFCOMPAT_CACHE_DIR: emptyCache() }, limitMs: 60_000 };
  const rejected = await bpfcompat(args, options);
  expect(rejected.code).toBe(1);
  expect(rejected.stderr).toMatch(/names another kernel for it; .*or allow it with --allow-profile-override/);
  const { stdout, stderr } = await bpfcompat([...args, '--allow-profile-override'], options);
  const words = `is replaced by that of ${own} (linux-image-cloud-amd64 of trixie), as --allow-profile-override says`;
  expect(stderr).toContain(words);
  expect(stdout).toContain(words);
  expect(readReport(join(cwd, 'r.json')).summary.notes).toContainEqual(expect.stringContaining(words));
  const plain = (file: string): string => readFileSync(join(cwd, file), 'utf8').replaceAll('\\', '');
  expect(plain('long.md')).toContain(words);
  expect(plain('r.md')).toContain('as --allow-profile-override says');
});

test('a profile of a matrix that no one has is a missing result, and no reason to reject the run', async () => {
  const cwd = mkdtempSync(join(scratch, 'nobody-'));
  writeFileSync(join(cwd, 'm.yaml'), 'profiles:\n  - {id: debian-12-6.3}\n  - {id: another-9.9, required: false}\n');
  const args = ['test', '--artifact', example('simple-pass'), '--matrix', 'm.yaml', '--offline', '--out', 'r.json'];
  const { code, stdout } = await bpfcompat(args, { cwd, env: { BPFCOMPAT_CACHE_DIR: emptyCache() }, limitMs: 60_000 });
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /debian-12-6\.3.*m\.yaml:2:10: unknown profile "debian-12-6\.3"; similar profiles: debian-12-6\.1/,
  );
  const { targets = [] } = readReport(join(cwd, 'r.json'));
  expect(targets.map(({ profile_id, status }) => [profile_id, status])).toEqual([
    ['debian-12-6.3', 'infra_error'],
    ['another-9.9', 'infra_error'],
  ]);
});

test.each([
  ['has been written', false],
  ['could not be written', true],
])('the kernels are held until the report %s', async (_name, fails) => {
  const cacheDir = emptyCache();
  const real = createHost({ env: { ...process.env, BPFCOMPAT_CACHE_DIR: cacheDir } });
  const seen: string[] = [];
  const out = join(scratch, `held-${fails}.json`);
  const host = {
    ...real,
    files: {
      ...real.files,
      writeAtomic: async (path: string, data: string | Uint8Array) => {
        if (path === out) seen.push('report');
        if (path === out && fails) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
        await real.files.writeAtomic(path, data);
      },
      lock: async (path: string, signal?: AbortSignal, onWait?: () => void) => {
        const lock = await real.files.lock(path, signal, onWait);
        if (!path.startsWith(join(cacheDir, 'locks/runs/'))) return lock;
        seen.push('lease');
        return {
          [Symbol.asyncDispose]: async () => {
            seen.push('given back');
            await lock[Symbol.asyncDispose]();
          },
        };
      },
    },
  };
  const call = validate({
    artifacts: [example('simple-pass')],
    kernels: [KERNEL],
    offline: true,
    out,
    cwd: mkdtempSync(join(scratch, 'run-')),
    host,
  });
  if (fails) await expect(call).rejects.toMatchObject({ code: 'report_unwritable' });
  else expect((await call).verdict.status).toBe('error');
  expect(seen).toEqual(['lease', 'report', 'given back']);
});

test.each(['lib/guests', 'build/cli'])('the thread that reads long answers starts from %s', async (dir) => {
  const reader = createFrameReader(pathToFileURL(join(ROOT, dir, 'frame-thread.mjs')));
  const payload = Buffer.from(JSON.stringify({ stage: 'step', phase: 'load', subject: '' }));
  // Only a thread makes lines.
  expect(await reader.read([{ name: 'stage', payload }])).toMatchObject([{ ok: true, line: expect.any(Uint8Array) }]);
});
