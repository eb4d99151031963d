import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CellResult, RunEvent } from '../../src/index.ts';
import { type StageOf, stagesOf } from '../../src/model/evidence.ts';
import { type Checked, check, reportOf } from './support/check.ts';
import { example } from './support/places.ts';
import { alive, descendants, type ProcessId } from './support/processes.ts';
import { targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// Commands in guests: what they find, how they end, and what they leave behind, which is nothing.
const scratch = scratchDir();
const SIMPLE = example('simple-pass');
const KERNELS = ['debian-11-5.10', 'debian-13-7.3'];

interface Requested {
  readonly name: string;
  readonly command: string;
  readonly [key: string]: string | number | boolean;
}

function manifest(tests: readonly Requested[]): string {
  const list = tests.map((one) => `  - ${JSON.stringify(one)}\n`).join('');
  return `name: behaviour\nfunctional_tests:\n${list}`;
}

function cellOf({ report }: Checked, kernel = ''): CellResult {
  const target = report.targets.findIndex(({ profile }) => profile.id === kernel);
  return report.results.find(({ cell }) => cell.target === Math.max(0, target))!;
}

function matches(run: Checked, kernel?: string): Map<string, StageOf<'functional'>> {
  const { evidence } = cellOf(run, kernel);
  return new Map((evidence ? stagesOf(evidence, 'functional') : []).map((stage) => [stage.name, stage]));
}

describe('commands in a guest', () => {
  const LEAVERS =
    '(setsid sh -c "exec sleep 300" &); (trap "" TERM HUP; sh -c "sleep 300; true" &); sleep 300 >/dev/null 2>&1 & echo left';
  let run: Checked;
  beforeAll(async () => {
    run = await check(scratch, [SIMPLE], {
      kernels: KERNELS,
      mode: 'behavior',
      manifest: manifest([
        { name: 'place', command: 'test -s "$BPFCOMPAT_ARTIFACT" && cd / && pwd && cd - && echo "$HOME $USER $TERM"' },
        { name: 'loopback', command: 'ping -c 1 127.0.0.1', expect_stdout_contains: '1 packets received' },
        { name: 'mounts', command: 'cut -d" " -f2 /proc/mounts' },
        { name: 'limits', command: 'ulimit -l; ulimit -t; ulimit -v; ulimit -n' },
        { name: 'pipe', command: 'yes | head -n 1', expect_stdout_contains: 'y' },
        { name: 'leaves children', command: LEAVERS, expect_stdout_contains: 'left' },
        { name: 'is alone', command: 'ps | grep "[s]leep 300"', expect_exit_code: 1 },
        { name: 'binary', command: `printf '\\033[31mred\\000\\377\\376\\r\\007end'`, expect_stdout_contains: 'end' },
        { name: 'hangs', command: 'trap "" TERM; sleep 300 & sleep 300', timeout: '1s', required: false },
        { name: 'crashes', command: 'kill -SEGV $$', expect_exit_code: 139 },
        { name: 'no interpreter', command: 'printf "#!/no/such\\n" >x; chmod +x x; ./x', required: false },
        { name: 'no program', command: 'no-such-program', required: false },
        { name: 'is the second process', command: '[ $$ = 2 ]' },
        {
          name: 'sees no pipe of ours',
          command: 'ls -l /proc/[0-9]*/fd 2>/dev/null | grep "pipe:" | grep -vE " (0|1|2|10) -> "',
          expect_exit_code: 1,
        },
        {
          name: 'cannot read PID 1',
          command: 'head -c 1 /proc/1/mem || ls -l /proc/1/exe | grep -- "->"',
          expect_exit_code: 1,
        },
        {
          name: 'has no raw memory',
          command: 'head -c 1 /dev/mem || head -c 1 /proc/kcore || head -c 1 /dev/port',
          expect_exit_code: 1,
        },
        { name: 'has no port', command: 'for port in /dev/vport*; do (: >$port) && exit 9; done; true' },
        { name: 'kills all it can', command: 'kill -KILL -1; sleep 1; true', required: false },
        { name: 'comes after the killing', command: 'true' },
      ]),
    });
  });

  test.each(KERNELS)('a command reaches no one but those that it started, on %s', (kernel) => {
    const said = matches(run, kernel);
    const names = [
      'is the second process',
      'sees no pipe of ours',
      'cannot read PID 1',
      'has no raw memory',
      'has no port',
    ];
    expect([...names, 'comes after the killing'].filter((name) => said.get(name)?.status !== 'pass')).toEqual([]);
    expect(said.get('no program')?.stderr_tail).not.toContain('not kept apart');
  });

  test.each(KERNELS)('pass where they should on %s', (kernel) => {
    const target = targetOf(reportOf(run, SIMPLE), kernel);
    expect(target).toMatchObject({ status: 'pass', functional: { status: 'warn' } });
    expect(cellOf(run, kernel).retriedAfter).toBeUndefined();
    const failed = [...matches(run, kernel).values()].filter(({ status }) => status === 'fail');
    expect(failed.map(({ name }) => name)).toEqual(['hangs', 'no interpreter', 'no program']);
  });

  test.each(KERNELS)('find a machine as they know it on %s', (kernel) => {
    const of = (name: string): string => matches(run, kernel).get(name)?.stdout_tail ?? '';
    expect(of('place')).toBe('/\n/bpfcompat\n/root root dumb\n');
    // Memory that may be locked is what the kernel itself gives, in KB: 8 MB since 5.16.
    const locked = kernel === 'debian-11-5.10' ? '64' : '8192';
    expect(of('limits').split('\n')).toEqual([locked, 'unlimited', 'unlimited', '65536', '']);
    const mounts = [
      '/sys/fs/bpf',
      '/sys/kernel/tracing',
      '/sys/kernel/debug',
      '/sys/fs/cgroup',
      '/dev/shm',
      '/dev/pts',
    ];
    expect(of('mounts').split('\n')).toEqual(expect.arrayContaining(['/proc', '/tmp', ...mounts]));
  });

  test.each(KERNELS)('are ended with all they started, and not waited for, on %s', (kernel) => {
    const hangs = matches(run, kernel).get('hangs');
    expect(hangs).toMatchObject({
      timed_out: true,
      exit_code: 124,
      error: 'timed out after 1 s',
    });
    expect(hangs?.elapsed_us).toBeLessThan(5_000_000);
    expect(matches(run, kernel).get('leaves children')?.elapsed_us).toBeLessThan(5_000_000);
    expect(matches(run, kernel).get('is alone')?.stdout_bytes).toBe(0);
  });

  test.each(KERNELS)('are warnings about files whose interpreter is missing on %s', (kernel) => {
    const error = (name: string): string => matches(run, kernel).get(name)?.error ?? '';
    expect(error('no interpreter')).toBe('exit code 127, expected 0: ./x is there, its interpreter /no/such is not');
    expect(error('no program')).toBe('exit code 127, expected 0');
  });

  test.each(KERNELS)('may write any bytes on %s', (kernel) => {
    const binary = matches(run, kernel).get('binary');
    expect(binary).toMatchObject({ status: 'pass', stdout_bytes: 16 });
    // JSON writes control characters in these ways.
    expect(JSON.stringify(binary?.stdout_tail)).not.toMatch(/\\u00[01]|\\[bfr]/);
    expect(binary?.stdout_tail).toMatch(/red.*end$/);
  });
});

describe('a command that writes 100 MB', () => {
  const BYTES = 100 * 1024 * 1024;
  const ZEROES = 'dd if=/dev/zero bs=1M count=50 2>/dev/null';
  let run: Checked;
  beforeAll(async () => {
    run = await check(scratch, [SIMPLE], {
      kernels: ['debian-12-6.1'],
      mode: 'behavior',
      manifest: manifest([
        {
          name: 'floods',
          command: `echo first; ${ZEROES}; printf 'need'; printf 'le in the middle'; ${ZEROES}; echo last`,
          timeout: '60s',
          expect_stdout_contains: 'needle in the middle',
        },
        { name: 'never found', command: ZEROES, timeout: '60s', expect_stdout_contains: 'x', required: false },
      ]),
    });
  });

  test('is searched whole, and kept at both ends only', () => {
    const floods = matches(run).get('floods')!;
    expect(floods).toMatchObject({ status: 'pass', stdout_bytes: BYTES + 'first\nneedle in the middlelast\n'.length });
    expect(floods.stdout_head).toMatch(/^first\n/);
    expect(floods.stdout_tail).toMatch(/last\n$/);
    expect(floods.stdout_tail.length).toBeLessThanOrEqual(8192);
    expect(matches(run).get('never found')).toMatchObject({
      status: 'fail',
      error: 'stdout does not contain the expected text',
    });
  });

  test('takes seconds', () => {
    expect(matches(run).get('floods')?.elapsed_us).toBeLessThan(30_000_000);
  });
});

describe('a guest that dies in the middle of a behaviour test', () => {
  /** Ends QEMU by its process number as soon as a command runs in its guest, the first `times` times. */
  async function killed(times: number): Promise<{ run: Checked; seen: ProcessId[]; kills: number }> {
    const seen: ProcessId[] = [];
    let kills = 0;
    const onEvent = (event: RunEvent): void => {
      if (event.type !== 'cell-stage' || event.stage.stage !== 'step' || event.stage.phase !== 'functional') return;
      const children = descendants(process.pid);
      seen.push(...children);
      if (kills++ >= times) return;
      for (const { pid, command } of children) if (/qemu-system/.test(command)) process.kill(pid, 'SIGKILL');
    };
    const tests = [{ name: 'lasts', command: 'sleep 2; echo done', expect_stdout_contains: 'done' }];
    const dir = mkdtempSync(join(scratch, 'killed-'));
    const run = await check(dir, [SIMPLE], {
      kernels: ['debian-12-6.1'],
      mode: 'behavior',
      manifest: manifest(tests),
      onEvent,
    });
    return { run, seen, kills };
  }

  test('is tried once more, and the second result stands', async () => {
    const { run, seen, kills } = await killed(1);
    expect(kills).toBe(2);
    const cell = cellOf(run);
    expect(cell).toMatchObject({ outcome: { status: 'pass' }, guest: { isolation: 'boot' } });
    expect(cell.retriedAfter).toMatch(/^QEMU was killed by signal 9 \(SIGKILL\) during functional test lasts;/);
    expect(run.verdict.exitCode).toBe(0);
    expect(alive(seen)).toEqual([]);
  });

  test('is an infrastructure error the second time, and nothing is left behind', async () => {
    const { run, seen, kills } = await killed(5);
    expect(kills).toBe(2);
    const target = targetOf(reportOf(run, SIMPLE), 'debian-12-6.1');
    expect(target).toMatchObject({ status: 'infra_error', failed_stage: 'infra', infra_cause: 'qemu_failed' });
    expect(target.infra_error).toContain('(SIGKILL) during functional test lasts;');
    expect(cellOf(run).retriedAfter).toBeDefined();
    expect(run.verdict.exitCode).toBe(1);
    expect(seen.length).toBeGreaterThan(0);
    expect(alive(seen)).toEqual([]);
    expect(readdirSync(run.report.runDir)).toContain('metadata.json');
  });
});
