import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type RunReport, validate, validateSuite } from '../../src/index.ts';
import { bpfcompat } from './support/cli.ts';
import { example, KERNELS, ROOT } from './support/places.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// Command mode: loaders that others wrote, and small ones that misbehave, decide by their exit code.
const scratch = scratchDir();
const OLD = 'debian-11-5.10';
const NEW = 'debian-13-7.3';
const BOTH = [OLD, NEW];
const BPFTOOL = '/usr/sbin/bpftool';
const OBJECT = example('ringbuf-modern');

let runs = 0;

interface Call {
  readonly run: RunReport;
  readonly statuses: readonly string[];
  readonly report: ReturnType<typeof readReport>;
  readonly markdown: string;
}

async function request(
  command: string,
  binary: string,
  more: { artifact?: string; exit?: number; kernels?: readonly string[]; matrix?: string; timeoutMs?: number } = {},
): Promise<Call> {
  const out = join(scratch, `${runs++}.json`);
  const { report: run } = await validate({
    artifacts: more.artifact === undefined ? [] : [more.artifact],
    ...(more.matrix === undefined ? { kernels: more.kernels ?? BOTH } : { matrix: more.matrix }),
    command: { command, binary, expectExitCode: more.exit ?? 0 },
    cwd: scratch,
    offline: true,
    timeoutMs: more.timeoutMs ?? 60_000,
    out,
    markdown: `${out}.md`,
  });
  const statuses = run.results.map(({ outcome }) => outcome.status);
  return { run, statuses, report: readReport(out), markdown: readFileSync(`${out}.md`, 'utf8') };
}

function output({ run }: Call, target = 0): string {
  const stage = run.results[target]?.evidence?.stages.find((one) => one.stage === 'functional');
  return stage?.stage === 'functional' ? `${stage.stdout_tail}${stage.stderr_tail}` : '';
}

describe('loaders that we did not write', () => {
  test('bpftool loads and pins an object on every kernel of the catalog', async () => {
    const pin = '$BPFCOMPAT_BIN prog load $BPFCOMPAT_ARTIFACT /sys/fs/bpf/x && $BPFCOMPAT_BIN prog show';
    const requests = await request(pin, BPFTOOL, { artifact: OBJECT, matrix: 'debian' });
    expect(requests.statuses).toHaveLength(12);
    expect(new Set(requests.statuses)).toEqual(new Set(['pass']));
    for (const index of requests.statuses.keys())
      expect(output(requests, index)).toMatch(/tracepoint {2}name handle_exec/);
    const { command, targets } = requests.report as unknown as {
      command: Record<string, unknown>;
      targets: { validation: object; functional: { tests: object[] } }[];
    };
    expect(command).toMatchObject({
      text: pin,
      expected_exit_code: 0,
      binary: { basename: 'bpftool', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(targets[0]?.validation).toMatchObject({ load_status: 'skipped', attach_mode: 'disabled' });
    expect(targets[0]?.functional.tests).toMatchObject([{ name: 'command', status: 'pass' }]);
    expect(requests.markdown).toContain('Command `$BPFCOMPAT_BIN prog load');
  });

  test('its exit code decides, kernel by kernel, and its libbpf is quoted', async () => {
    const object = join(ROOT, 'test/confusion/objects/helper_loop.bpf.o');
    const requests = await request('$BPFCOMPAT_BIN prog load $BPFCOMPAT_ARTIFACT /sys/fs/bpf/x', BPFTOOL, {
      artifact: object,
    });
    expect(requests.statuses).toEqual(['fail', 'pass']);
    expect(targetOf(requests.report, OLD)).toMatchObject({
      failed_stage: 'command',
      classification_code: 'COMMAND_VALIDATION_FAILURE',
      classification_confidence: 'high',
    });
    expect(targetOf(requests.report, OLD).findings?.[0]?.args?.['message']).toMatch(/./);
  });

  test('vfsstat of libbpf-tools counts calls', async () => {
    const requests = await request('$BPFCOMPAT_BIN 1 1', '/usr/sbin/vfsstat');
    expect(requests.statuses).toEqual(['pass', 'pass']);
    for (const index of [0, 1]) expect(output(requests, index)).toMatch(/READ\/s[\s\S]*\d\d:\d\d:\d\d: +\d+/);
  });

  test('execsnoop of libbpf-tools sees a program start', async () => {
    const command = [
      '$BPFCOMPAT_BIN > seen & snoop=$!; tries=0',
      // It has attached once it holds events of the kernel.
      'until ls -l /proc/$snoop/fd | grep -q perf_event || [ $tries -gt 200 ]; do tries=$((tries+1)); sleep 0.05; done',
      'sleep 0.5; /bin/true; sleep 0.5; kill -INT $snoop; wait; cat seen; grep -q true seen',
    ].join('; ');
    const requests = await request(command, '/usr/sbin/execsnoop');
    expect(requests.statuses, output(requests)).toEqual(['pass', 'pass']);
  });
});

describe('loaders of our own', () => {
  const compile = (name: string, source: string, flags: readonly string[] = []): string => {
    const out = join(scratch, name);
    writeFileSync(`${out}.c`, source);
    execFileSync('gcc', ['-o', out, `${out}.c`, ...flags], { cwd: scratch, stdio: ['ignore', 'ignore', 'pipe'] });
    return out;
  };

  beforeAll(() => {
    mkdirSync(join(scratch, 'lib'));
    compile(
      'moody',
      [
        '#include <stdio.h>',
        '#include <string.h>',
        '#include <stdlib.h>',
        '#include <unistd.h>',
        'int main(int argc, char **argv) {',
        '  const char *mood = argc > 1 ? argv[1] : "";',
        '  fprintf(stderr, "mood: %s, object: %s\\n", mood, getenv("BPFCOMPAT_ARTIFACT"));',
        '  if (!strcmp(mood, "crash")) *(volatile int *)0 = 1;',
        '  if (!strcmp(mood, "hang")) for (;;) pause();',
        '  return atoi(mood);',
        '}',
      ].join('\n'),
      ['-static'],
    );
    compile(
      'charged',
      [
        '#include <linux/bpf.h>',
        '#include <stdio.h>',
        '#include <string.h>',
        '#include <sys/resource.h>',
        '#include <sys/syscall.h>',
        '#include <unistd.h>',
        'int main(int argc, char **argv) {',
        '  union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4096, .max_entries = 256 };',
        '  struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };',
        '  if (argc > 1) setrlimit(RLIMIT_MEMLOCK, &all);',
        '  if (syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)) >= 0) return 0;',
        '  perror("map");',
        '  return 3;',
        '}',
      ].join('\n'),
      ['-static'],
    );
    compile('lib/libanswer.so', 'int completed(void) { return 42; }', ['-shared', '-fPIC']);
    compile('lost', 'int completed(void); int main(void) { return completed(); }', ['-Llib', '-lanswer']);
    compile('found', 'int completed(void); int main(void) { return completed(); }', [
      '-Llib',
      '-lanswer',
      '-Wl,-rpath,$ORIGIN/lib',
    ]);
    compile('late', '#include <dlfcn.h>\nint main(void) { return dlopen("libanswer.so", RTLD_NOW) ? 0 : 9; }');
  });

  test('a static one with the exit code that is expected', async () => {
    const requests = await request('$BPFCOMPAT_BIN 3', 'moody', { exit: 3 });
    expect(requests.statuses).toEqual(['pass', 'pass']);
    expect(output(requests)).toBe('mood: 3, object: \n');
    expect(requests.report.artifact).toMatchObject({ path: 'command://moody', basename: 'moody', size_bytes: 0 });
  });

  test('one that crashes fails with its signal', async () => {
    const requests = await request('$BPFCOMPAT_BIN crash', 'moody');
    expect(requests.statuses).toEqual(['fail', 'fail']);
    const [finding] = targetOf(requests.report, NEW).findings ?? [];
    expect(finding?.title).toBe('the command was ended by SIGSEGV (exit code 139 instead of 0)');
    expect(finding?.evidence?.text).toBe('mood: crash, object:');
  });

  test('one that hangs is killed, fails and is not an infra error', async () => {
    const requests = await request('$BPFCOMPAT_BIN hang & $BPFCOMPAT_BIN hang', 'moody', {
      kernels: [NEW],
      timeoutMs: 6000,
    });
    expect(requests.statuses).toEqual(['fail']);
    expect(targetOf(requests.report, NEW).findings?.[0]?.title).toMatch(/^the command did not end within \d s$/);
  });

  test('one that forgets RLIMIT_MEMLOCK fails where BPF memory is charged to it', async () => {
    const forgot = await request('$BPFCOMPAT_BIN', 'charged');
    expect(forgot.statuses).toEqual(['fail', 'pass']);
    const [finding] = targetOf(forgot.report, OLD).findings ?? [];
    expect(finding?.evidence?.text).toBe('map: Operation not permitted');
    expect(finding?.remediation).toMatch(/charged to RLIMIT_MEMLOCK/);
    expect((await request('$BPFCOMPAT_BIN raised', 'charged', { kernels: [OLD] })).statuses).toEqual(['pass']);
  });

  test('a library beside the program comes along', async () => {
    expect((await request('$BPFCOMPAT_BIN', 'found', { exit: 42 })).statuses).toEqual(['pass', 'pass']);
  });

  test('a library that is nowhere is reported before any boot', async () => {
    const before = readdirSync(join(scratch, '.bpfcompat/runs'));
    await expect(request('$BPFCOMPAT_BIN', 'lost')).rejects.toThrow(/needs libanswer\.so, which is in none of/);
    expect(readdirSync(join(scratch, '.bpfcompat/runs'))).toEqual(before);
  });

  test('a library that is opened by name at run time is missed in the guest', async () => {
    expect((await request('$BPFCOMPAT_BIN', 'late', { kernels: [NEW], exit: 9 })).statuses).toEqual(['pass']);
  });

  test('a program that no one brought along says nothing about the object, and the words say where it is', async () => {
    const requests = await request('bpftool prog show', '', { kernels: [NEW] });
    expect(requests.statuses).toEqual(['infra_error']);
    expect(targetOf(requests.report, NEW).infra_error).toMatch(/no program bpftool .*--lane image/);
  });
});

describe('on the command line', () => {
  const args = (cmd: string, out = 'cli.json'): string[] => [
    'test-command',
    '--cmd',
    cmd,
    '--kernels',
    NEW,
    '--offline',
    '--out',
    out,
  ];

  test('exit code 0 for a pass, 2 for a failure, with the lines that scripts read', async () => {
    const passed = await bpfcompat(args('test "$BPFCOMPAT_REMOTE_ROOT" = "$PWD"'), { cwd: scratch });
    expect(passed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Artifact: command:\/\/test$/m) });
    expect(passed.stdout).toMatch(/^ {2}- debian-13-7\.3: pass$/m);
    const failed = await bpfcompat([...args('exit 4'), '--expect-exit', '3'], { cwd: scratch });
    expect(failed).toMatchObject({ code: 2, stdout: expect.stringMatching(/exit code 4 instead of 3/) });
  });

  test('a program that cannot be brought along is one line and exit code 1', async () => {
    const { code, stderr } = await bpfcompat([...args('$BPFCOMPAT_BIN', 'nowhere.json'), '--bin', 'nowhere'], {
      cwd: scratch,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^bpfcompat: --bin nowhere: there is no such file; .*\n$/);
  });
});

describe('suites', () => {
  test('a command with assets, and a functional test that runs a declared script', async () => {
    const dir = join(scratch, 'suite');
    mkdirSync(join(dir, 'scripts'), { recursive: true });
    writeFileSync(join(dir, 'scripts/check.sh'), '#!/bin/sh\ncat "$(dirname "$0")/word.txt"\n', { mode: 0o755 });
    writeFileSync(join(dir, 'scripts/word.txt'), 'from an asset\n');
    writeFileSync(join(dir, 'undeclared.sh'), 'exit 0\n');
    // A suite takes nothing from outside of its root.
    copyFileSync(OBJECT, join(dir, 'object.bpf.o'));
    const file = join(dir, 'suite.yaml');
    const lines = [
      'name: own-loader',
      `defaults: {kernels: [${NEW}], assets: [scripts]}`,
      'cases:',
      '  - {name: loader, command: "scripts/check.sh && test -z $BPFCOMPAT_BIN$BPFCOMPAT_ARTIFACT"}',
      `  - name: behaviour`,
      '    artifact: object.bpf.o',
      '    test: {mode: behavior, command: "$BPFCOMPAT_REMOTE_ROOT/scripts/check.sh", expect: {stdout_contains: from an asset}}',
      '  - {name: missing, artifact: object.bpf.o, test: {mode: behavior, command: sh undeclared.sh}}',
      '  - {name: wrong, command: id, assets: [gone.sh]}',
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const { suite } = await validateSuite({ suite: file, cwd: dir, offline: true });
    expect(suite.cases.map(({ name, status }) => [name, status])).toEqual([
      ['loader', 'pass'],
      ['behaviour', 'pass'],
      ['missing', 'fail'],
      ['wrong', 'error'],
    ]);
    expect(suite.cases[3]?.error).toMatch(/suite\.yaml:9:\d+: asset .*gone\.sh is not there; make it/);
    const missing = suite.cases[2]?.completed?.run;
    expect(missing?.notes.join('\n')).toMatch(/undeclared\.sh lies beside .*assets: \[undeclared\.sh\]/);
    const runDir = suite.cases[0]?.completed?.run.runDir ?? '';
    expect(existsSync(join(runDir, 'input/assets/scripts/check.sh'))).toBe(true);
    expect(suite.cases[1]?.completed?.run.assets?.map(({ path }) => path)).toEqual([
      'scripts/check.sh',
      'scripts/word.txt',
    ]);
  });

  test('examples/own-loader/suite.yaml passes, with one failure that is declared', async () => {
    // Its reports go beside it: in a copy, the checkout stays as it is.
    for (const name of ['own-loader', 'simple-pass']) {
      cpSync(join(ROOT, 'examples', name), join(scratch, 'examples', name), { recursive: true });
    }
    const { suite: ended } = await validateSuite({
      suite: 'examples/own-loader/suite.yaml',
      cwd: scratch,
      offline: true,
    });
    expect(ended.cases.map(({ name, status }) => [name, status])).toEqual([
      ['kernel-btf', 'pass'],
      ['unlink-hook', 'pass'],
      ['object-is-there', 'pass'],
    ]);
    const gone = ended.cases[1]?.completed?.run.results.at(-1)?.outcome;
    expect(gone).toMatchObject({
      status: 'fail',
      findings: [{ evidence: { text: 'the kernel has no function do_unlinkat' } }],
    });
  });

  test('the example functional-execve passes with its manifest as it is', async () => {
    const dir = join(ROOT, 'examples/functional-execve');
    const { verdict, report } = await validate({
      artifacts: [join(dir, 'functional_execve.bpf.o')],
      manifest: join(dir, 'manifest-upstream-kernel.yaml'),
      kernels: KERNELS,
      cwd: scratch,
      offline: true,
    });
    expect(verdict).toMatchObject({ status: 'pass', exitCode: 0 });
    for (const { evidence } of report.results) {
      const stage = evidence?.stages.find((one) => one.stage === 'functional');
      expect(stage?.stage === 'functional' && stage.stdout_tail).toContain('bpfcompat_functional_execve');
    }
  });
});
