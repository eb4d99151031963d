import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CellResult, Finding, ValidateOptions } from '../../../src/index.ts';
import { type Checked, check } from './check.ts';
import { startCli } from './cli.ts';
import { example } from './places.ts';
import { alive, descendants } from './processes.ts';

/** What boots a kernel, and where it differs from others as its page says. */
export interface LaneUnderTest {
  /** As reports call it. */
  readonly name: string;
  /** Id of a profile with a 6.1 of Debian. */
  readonly kernel: string;
  /** Options of the library that choose it. */
  readonly options: Omit<ValidateOptions, 'artifacts' | 'kernels' | 'manifest' | 'cwd'>;
  /** The same as flags. */
  readonly flags: readonly string[];
  /** Whether cells get copies of a saved guest. */
  readonly isolation: 'cell' | 'boot';
  /** The device that the channel is in its guests, as a shell names it. */
  readonly port: string;
  /** One process at a time may open it, and that is the first one of the guest. */
  readonly exclusive: boolean;
  /** Milliseconds for one test, and until the CLI boots a guest. */
  readonly limitMs: number;
  readonly bootingMs: number;
}

const PANICS =
  'programs: []\nfunctional_tests:\n  - {name: panics, command: "echo c >/proc/sysrq-trigger", timeout: 20s}\n';
const FLOODS = `programs: []\nfunctional_tests:\n  - {name: floods, command: "head -c 3000000 /dev/zero | tr '\\\\0' x; echo done", expect_stdout_contains: done, timeout: 60s}\n  - {name: hangs, command: "while :; do :; done", timeout: 2s}\n`;
const ENDED_MS = 3000;

const findings = ({ outcome }: CellResult): readonly Finding[] => ('findings' in outcome ? outcome.findings : []);

const oneTest = (name: string, command: string): string =>
  `programs: []\nfunctional_tests:\n  - {name: ${name}, command: "${command}", timeout: 20s}\n`;

/** What holds on every lane, whatever boots the kernel. @param workspace directory with the profile, once tests run */
export function laneContract(lane: LaneUnderTest, workspace: () => string): void {
  const { name, kernel, options, limitMs } = lane;

  const behave = async (manifest: string): Promise<Checked> => {
    writeFileSync(join(workspace(), 'manifest.yaml'), manifest);
    return await check(workspace(), [example('simple-pass')], {
      ...{ kernels: [kernel], mode: 'behavior', manifest, cwd: workspace() },
      ...options,
    });
  };

  describe(`${name} with ${kernel}`, () => {
    test('reports what the kernel makes of objects, and which kernel it was', { timeout: limitMs }, async () => {
      const { report } = await check(workspace(), [example('simple-pass'), example('core-relocation-fail')], {
        ...{ kernels: [kernel], concurrency: 1, cwd: workspace() },
        ...options,
      });
      const [pass, fail] = report.results;
      expect(pass).toMatchObject({
        outcome: { status: 'pass' },
        guest: { lane: name, isolation: lane.isolation },
        kernel: { release: expect.stringMatching(/^6\.1\.0-/) },
      });
      expect(fail?.outcome.status).toBe('fail');
      expect(fail && findings(fail).map(({ code }) => code)).toEqual(['CORE_RELOCATION_FAILURE']);
    });

    test('is no verdict where the kernel panics', { timeout: limitMs }, async () => {
      const { report, verdict } = await behave(PANICS);
      expect(report.results[0]?.outcome).toMatchObject({
        ...{ status: 'infra_error', cause: 'guest_crash' },
        message: expect.stringContaining('panic'),
      });
      expect(verdict.exitCode).toBe(1);
    });

    test('ends a command that never does, and takes as much as it likes to say', { timeout: limitMs }, async () => {
      const { report } = await behave(FLOODS);
      const stages = report.results[0]?.evidence?.stages ?? [];
      const tests = stages.flatMap((stage) => (stage.stage === 'functional' ? [stage] : []));
      expect(tests.map((one) => [one.name, one.status, one.timed_out])).toEqual([
        ['floods', 'pass', false],
        ['hangs', 'fail', true],
      ]);
    });

    test('gives a pin of one cell to no other', { timeout: limitMs }, async () => {
      const leaves = await behave(oneTest('pins', 'ls /sys/fs/bpf && mkdir /sys/fs/bpf/left && touch /tmp/left'));
      const finds = await behave(oneTest('pins', '! test -e /sys/fs/bpf/left && ! test -e /tmp/left'));
      expect([leaves, finds].map(({ report }) => report.results[0]?.outcome.status)).toEqual(['pass', 'pass']);
    });

    test('is no verdict where what comes over the channel is not the protocol', { timeout: limitMs }, async () => {
      const garbage = `head -c 4096 /dev/urandom | tr '\\\\000-\\\\177' '\\\\301' >${lane.port}`;
      const { report, verdict } = await behave(oneTest('lies', garbage));
      const [result] = report.results;
      if (lane.exclusive) {
        const [stage] = result?.evidence?.stages.flatMap((one) => (one.stage === 'functional' ? [one] : [])) ?? [];
        expect(stage).toMatchObject({ name: 'lies', status: 'fail' });
      } else {
        expect(result?.outcome).toMatchObject({ status: 'infra_error', cause: 'protocol' });
        expect(verdict.exitCode).toBe(1);
      }
    });

    test('leaves nothing behind when it is interrupted', { timeout: limitMs }, async () => {
      const args = [
        'test',
        '--artifact',
        example('simple-pass'),
        '--kernels',
        kernel,
        '--out',
        'r.json',
        ...lane.flags,
      ];
      // A guest may be ready before it is interrupted: its command is not.
      const started = startCli([...args, '--isolation', 'boot', '--command', 'sleep 100'], {
        cwd: workspace(),
        ...(options.env && { env: options.env }),
        limitMs,
      });
      await started.said(/: booting/, lane.bootingMs);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const children = descendants(started.child.pid ?? 0);
      expect(children).not.toEqual([]);
      started.child.kill('SIGINT');
      const { code } = await started.ended;
      expect(code).not.toBe(0);
      await expect.poll(() => alive(children), { timeout: ENDED_MS }).toEqual([]);
    });
  });
}
