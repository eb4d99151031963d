import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveFiles } from '../fakes/file-server.ts';
import { tryVendors, vendorsTable } from '../tools/vendors.ts';

// The look at all vendors, where no vendor is reached: nothing of it leaves this machine.
const ROOT = join(import.meta.dirname, '../..');
const CLOSED = 'http://127.0.0.1:9';
const NOWHERE = {
  http_proxy: CLOSED,
  https_proxy: CLOSED,
  BPFCOMPAT_UBUNTU_MIRROR: `${CLOSED}/ubuntu`,
  BPFCOMPAT_UBUNTU_OLD_RELEASES_MIRROR: `${CLOSED}/old`,
};
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-vendors-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('the command writes a row for each profile, reports what went wrong, and ends with 1', () => {
  const ids = ['almalinux-9-5.14', 'ubuntu-24.04-6.8', 'talos-6.18', 'flatcar-6.12', 'linux-mainline-5.6', 'nobody-1'];
  const out = join(dir, 'table.md');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/vendors.mjs', '--out', out, ...ids], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: dir, ...NOWHERE },
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(1);
  expect(
    stdout
      .split('\n')
      .slice(0, ids.length)
      .map((line) => line.split(' ')[0]),
  ).toEqual(ids);
  const rows = JSON.parse(readFileSync(join(dir, 'table.json'), 'utf8')) as { profile: string; problem: string }[];
  const problems = Object.fromEntries(rows.map(({ profile, problem }) => [profile, problem]));
  for (const id of ids.slice(0, 4)) expect(problems[id]).toMatch(/127\.0\.0\.1:9/);
  expect(problems['linux-mainline-5.6']).toContain('Ubuntu_Mainline_Signing_Key.asc does not come with');
  expect(problems['nobody-1']).toContain('nobody-1');
  const table = readFileSync(out, 'utf8');
  expect(table).toContain(`0 of ${ids.length} profiles could be had.`);
  expect(table.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(ids.length + 2);
}, 120_000);

test('a server that says nothing takes its time and no more, and the next profile has its turn', async () => {
  await using silent = await serveFiles(dir);
  silent.intercept = () => true;
  const cwd = join(dir, 'work');
  mkdirSync(join(cwd, 'matrices/profiles'), { recursive: true });
  for (const [id, url] of [
    ['lab-silent-6.1', silent.url],
    ['lab-closed-6.1', CLOSED],
  ]) {
    const kernel = `{source: rpm, baseurl: "${url}/os", package: kernel, gpgkey: [RPM-GPG-KEY-Rocky-9]}`;
    const text = `id: ${id}\ndistro: lab\nkernel_family: "6.1"\narch: x86_64\nkernel: ${kernel}\n`;
    writeFileSync(join(cwd, 'matrices/profiles', `${id}.yaml`), text);
  }
  const env = { PATH: process.env['PATH'] ?? '', HOME: dir, BPFCOMPAT_CACHE_DIR: join(dir, 'cache') };
  const seen: string[] = [];
  const rows = await tryVendors({
    env,
    cwd,
    ids: ['lab-silent-6.1', 'lab-closed-6.1'],
    timeoutMs: 1500,
    allowProfileOverride: true,
    onRow: ({ profile }) => seen.push(profile),
  });
  expect(rows.map(({ problem }) => problem)).toEqual(['it took too long', expect.stringContaining('ECONNREFUSED')]);
  expect(seen).toEqual(['lab-silent-6.1', 'lab-closed-6.1']);
  expect(vendorsTable(rows, '2026-01-31')).toContain('| lab-silent-6.1 |  |  |  |  |  | it took too long |');
}, 60_000);
