import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { startCli } from '../e2e/support/cli.ts';
import { example } from '../e2e/support/places.ts';
import { privateCache } from '../e2e/support/private-cache.ts';
import { alive, descendants, usersOf } from '../e2e/support/processes.ts';
import { readReport, targetOf } from '../e2e/support/report.ts';
import { scratchDir } from '../e2e/support/scratch.ts';
import { checkImage, imageProfile, OF_IMAGES } from './check.ts';
import { DEBIAN_12 } from './places.ts';

// What can go wrong while a whole system runs.
const scratch = scratchDir();
const ID = 'debian-12-image';

beforeAll(() => imageProfile(scratch, { id: ID, version: '12', family: '6.1', path: DEBIAN_12.path }));

const PASS = ['test', '--artifact', example('simple-pass'), '--kernels', ID, '--offline'];
const ran = (command: string, ...more: string[]) => checkImage(scratch, [...PASS, '--command', command, ...more]);

test('two runs at once have one saved system, and a copy each', async () => {
  const both = await Promise.all([checkImage(scratch, PASS), checkImage(scratch, PASS)]);
  expect(both.map(({ code, stderr }) => [code, stderr])).toMatchObject([
    [0, expect.anything()],
    [0, expect.anything()],
  ]);
});

test('a disk that is full in one cell is not full in the next', async () => {
  const full = await ran('dd if=/dev/zero of=/full bs=1M 2>&1 | grep "No space left" && ! echo x >/root/more');
  expect(`${full.stdout}${full.stderr}`).toContain('Status: pass');
  const next = await ran('[[ ! -e /full ]] && echo x >/root/more');
  expect(`${next.stdout}${next.stderr}`).toContain('Status: pass');
});

test('a guest that reboots is no result', async () => {
  const { code, out } = await ran('systemctl reboot --force; sleep 60', '--timeout', '2m');
  expect(code).toBe(1);
  const { status, infra_error } = targetOf(readReport(out), ID);
  expect([status, infra_error]).toEqual(['infra_error', expect.stringContaining('the guest ended')]);
});

describe('Ctrl-C', () => {
  const STAGES: [string, RegExp, number, string[]][] = [
    ['while the image is looked at', /run 2\d{7}T/, 0, []],
    ['while the system boots for the first time', /guests run with/, 8000, []],
  ];

  async function interrupted(cache: string | undefined, words: RegExp, waitMs: number, more: readonly string[]) {
    const out = join(mkdtempSync(join(scratch, 'out-')), 'r.json');
    const env = cache === undefined ? {} : { BPFCOMPAT_CACHE_DIR: cache };
    const run = startCli([...PASS, ...OF_IMAGES, ...more, '--out', out], { cwd: scratch, env, limitMs: 300_000 });
    await run.said(words, 120_000);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const children = descendants(run.child.pid ?? 0);
    run.child.kill('SIGINT');
    const ended = await run.ended;
    expect(ended).toMatchObject({ code: 1, signal: null });
    expect(ended.stderr).toContain('cancelled');
    await expect.poll(() => alive(children), { timeout: 5000 }).toEqual([]);
    return children;
  }

  test.each(STAGES)('%s', async (_, words, waitMs, more) => {
    const cache = privateCache(mkdtempSync(join(scratch, 'cache-')), []);
    const children = await interrupted(cache, words, waitMs, more);
    if (waitMs > 0) expect(children.some(({ command }) => command.includes('qemu-system'))).toBe(true);
    expect(usersOf(cache)).toEqual([]);
    const left = readdirSync(cache, { recursive: true }).map(String);
    // Neither half a system nor the disk of one.
    expect(left.filter((name) => /templates\/|\.part$|\.plain$|\.tmp$/.test(name))).toEqual([]);
  });

  test('while a command runs in a copy', async () => {
    const children = await interrupted(undefined, /guests run with/, 12_000, ['--command', 'sleep 250']);
    expect(children.some(({ command }) => command.includes('qemu-system'))).toBe(true);
  });
});
