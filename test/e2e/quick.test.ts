import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/index.ts';
import { type Checked, check, reportOf } from './support/check.ts';
import { bpfcompat, type CliEnd } from './support/cli.ts';
import { example, KERNELS } from './support/places.ts';
import { programOf, type Report, readReport, type TargetReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// What `make demo` shows, as the library and as the program a user runs see it.
const scratch = scratchDir();
const SIMPLE = example('simple-pass');
const RINGBUF = example('ringbuf-modern');
const UNLINK = example('fentry-unlink');
const GONE_ON = 'debian-13-7.3';

describe('three objects through the library', () => {
  let run: Checked;
  const events: RunEvent[] = [];
  beforeAll(async () => {
    const options = { matrix: 'quick', kernels: [], onEvent: (event: RunEvent) => events.push(event) };
    run = await check(scratch, [SIMPLE, RINGBUF, UNLINK], options);
  });

  test.each(KERNELS)('verdicts on %s', (kernel) => {
    const status = (file: string): string => targetOf(reportOf(run, file), kernel).status;
    expect(status(SIMPLE)).toBe('pass');
    expect(status(RINGBUF)).toBe('pass');
    expect(status(UNLINK)).toBe(kernel === GONE_ON ? 'fail' : 'pass');
  });

  test('one object that fails makes the run fail, with the reason', () => {
    expect(run.verdict).toEqual({
      status: 'fail',
      exitCode: 2,
      reasons: [`required ${GONE_ON}: failed at load (UNSUPPORTED_ATTACH_TYPE)`],
    });
    expect(run.paths.artifacts.map(({ verdict }) => verdict.exitCode)).toEqual([0, 0, 2]);
  });

  test('the finding says that do_unlinkat is gone, and on which kernel only', () => {
    const findings = run.report.results.flatMap(({ cell, outcome }) =>
      'findings' in outcome ? outcome.findings.map((finding) => ({ cell, finding })) : [],
    );
    expect(findings).toHaveLength(1);
    const [{ cell, finding } = expect.fail('no finding')] = findings;
    expect(KERNELS[cell.target]).toBe(GONE_ON);
    expect(run.report.artifacts[cell.artifact]?.path).toBe(UNLINK);
    expect(finding).toMatchObject({
      code: 'ATTACH_TARGET_NOT_FOUND',
      phase: 'load',
      subject: 'count_unlink',
      args: { function: 'do_unlinkat', program: 'count_unlink', errno: 'ESRCH' },
    });
    expect(finding.evidence?.text).toContain("'do_unlinkat'");
  });

  test.each(KERNELS)('the programs and maps of the objects are reported on %s', (kernel) => {
    const simple = programOf(targetOf(reportOf(run, SIMPLE), kernel), 'handle_exec');
    expect(simple).toMatchObject({
      section: 'tracepoint/syscalls/sys_enter_execve',
      type: 'tracepoint',
      load_status: 'pass',
      attach_status: 'pass',
      attach_target: 'syscalls/sys_enter_execve',
    });
    expect(targetOf(reportOf(run, RINGBUF), kernel).maps).toEqual([{ name: 'events', type: 'ringbuf' }]);
  });

  test('events tell the whole story in order', () => {
    const types = events.map(({ type }) => type);
    expect(types.indexOf('run-start')).toBeGreaterThanOrEqual(0);
    expect(types.at(-1)).toBe('run-end');
    const count = (type: string): number => types.filter((other) => other === type).length;
    expect(count('kernel-ready')).toBe(4);
    expect(count('cell-start')).toBe(12);
    expect(count('cell-end')).toBe(12);
    expect(events.find((event) => event.type === 'accel')).toMatchObject({ reason: expect.stringMatching(/./) });
    for (const artifact of [0, 1, 2]) {
      for (const target of KERNELS.keys()) {
        const own = events.flatMap((event) =>
          'artifact' in event && event.artifact === artifact && event.target === target ? [event] : [],
        );
        const names = own.map((event) => (event.type === 'cell-stage' ? event.stage.stage : event.type));
        expect(names.slice(0, 4)).toEqual(['cell-start', 'cell-booting', 'cell-testing', 'begin']);
        expect(names.slice(-2)).toEqual(['exit', 'cell-end']);
        expect(names).toContain('open');
      }
    }
  });
});

describe('one object through the program', () => {
  let ended: CliEnd;
  let report: Report;
  let markdown: string;
  const target = (kernel: string): TargetReport => targetOf(report, kernel);
  beforeAll(async () => {
    const args = ['test', '--artifact', UNLINK, '--quick', '--out', 'out/report.json', '--markdown', 'out/report.md'];
    ended = await bpfcompat(args, { cwd: scratch });
    report = readReport(join(scratch, 'out/report.json'));
    markdown = readFileSync(join(scratch, 'out/report.md'), 'utf8');
  });

  test('ends with 2 and prints the matrix and the finding', () => {
    expect(ended).toMatchObject({ code: 2, signal: null });
    expect(ended.stdout).toMatch(/^\s+5\.10\s+6\.1\s+6\.12\s+7\.3\n/);
    expect(ended.stdout).toMatch(/\nfentry_unlink\.bpf\.o\s+pass\s+pass\s+pass\s+FAIL\n/);
    expect(ended.stdout).toMatch(/do_unlinkat is not in this kernel: 7\.3; present on 5\.10, 6\.1, 6\.12/);
  });

  test('prints the lines that scripts read', () => {
    const lines = ended.stdout.slice(ended.stdout.indexOf('Run ID:')).split('\n');
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'Run ID',
      'Run Dir',
      'Artifact',
      'Hash',
      'Matrix Profiles',
      'Status',
      'Targets',
      ...KERNELS.map((id) => `  - ${id}`),
      'JSON Report',
      'Markdown Report',
      'Notes',
      `  - required ${GONE_ON}`,
      '',
    ]);
    expect(lines).toContain(`Matrix Profiles: ${KERNELS.join(', ')}`);
    expect(lines).toContain('Status: fail');
    expect(lines).toContain(`  - ${GONE_ON}: fail`);
  });

  test('the report names the object, the matrix and the outcome', () => {
    expect(report).toMatchObject({
      artifact: { path: UNLINK, basename: 'fentry_unlink.bpf.o' },
      matrix: { path: '', name: 'quick', profiles: KERNELS },
      summary: { status: 'fail' },
      paths: { json: join(scratch, 'out/report.json'), markdown: join(scratch, 'out/report.md') },
    });
    expect(report.targets?.map(({ profile_id }) => profile_id)).toEqual(KERNELS);
  });

  test.each(KERNELS)('the kernel that ran, and its package, stand in the report: %s', (kernel) => {
    const { host, profile, kernel_package: file } = target(kernel);
    const series = kernel.split('-').at(-1) ?? '';
    expect(host?.kernel).toMatch(new RegExp(`^${series.replace('.', '\\.')}\\.\\d.*cloud-amd64$`));
    expect(host?.kernel).toBe(profile?.kernel);
    expect(host?.arch).toBe('x86_64');
    expect(profile).toMatchObject({ distro: 'debian', kernel_family: series, arch: 'x86_64' });
    expect(file?.name).toMatch(/^linux-(?:image|binary)-/);
    expect(file?.name).toContain(host?.kernel ?? '?');
    expect(file?.version).toContain(series);
  });

  test.each(KERNELS)('how long each part took, and on which machine, stands in the report: %s', (kernel) => {
    const { timings, guest, duration_ms } = target(kernel);
    expect(timings?.prepare_ms).toBeGreaterThan(0);
    expect(timings?.boot_ms).toBeGreaterThan(0);
    expect(timings?.ask_ms).toBeGreaterThan(0);
    expect(timings?.total_ms).toBe(duration_ms);
    expect(timings?.total_ms).toBeGreaterThanOrEqual((timings?.boot_ms ?? 0) + (timings?.ask_ms ?? 0) - 2);
    expect(guest).toMatchObject({ lane: 'direct', machine: 'q35', isolation: 'cell' });
    expect(guest?.sandbox_layers).toContain('seccomp');
  });

  test.each(KERNELS)('a verdict with its cause, or none: %s', (kernel) => {
    const found = target(kernel);
    const { validation, btf, classification_code, failed_stage, notes, validator_exit } = found;
    expect(btf).toEqual({ kernel_btf_available: true, artifact_has_btf: true, artifact_has_btf_ext: true });
    if (kernel !== GONE_ON) {
      expect(found).toMatchObject({ status: 'pass', required: true });
      expect([classification_code, failed_stage, found.findings, validator_exit]).toEqual(Array(4).fill(undefined));
      expect(validation).toEqual({
        load_status: 'pass',
        attach_mode: 'best-effort',
        attach_status: 'pass',
        attach_attempted: 1,
        attach_passed: 1,
      });
      return;
    }
    expect(found).toMatchObject({ status: 'fail', failed_stage: 'load', validator_exit: 2 });
    expect(found).toMatchObject({ classification_code: 'UNSUPPORTED_ATTACH_TYPE', classification_confidence: 'high' });
    expect(validation).toMatchObject({ load_status: 'fail', load_error_code: -3, attach_status: 'skipped' });
    expect(notes).toContainEqual('classification: UNSUPPORTED_ATTACH_TYPE (high)');
    expect(notes).toContainEqual(expect.stringMatching(/^remediation: ./));
    expect(notes).toContainEqual('program load failure: name=count_unlink section=fentry/do_unlinkat errno=ESRCH');
  });

  test.each(KERNELS)('the run directory keeps the evidence of %s', (kernel) => {
    const { vm_run_dir = '', serial_log, validator_result = '' } = target(kernel);
    expect(vm_run_dir).toBe(join(report.paths.run_dir, 'targets', kernel));
    expect(serial_log).toBe(join(vm_run_dir, 'serial.log'));
    for (const name of ['validator-result.json', 'validator-exit-code', 'validator.stderr', 'libbpf.log', 'qemu.log']) {
      expect(existsSync(join(vm_run_dir, name)), name).toBe(true);
    }
    expect(existsSync(serial_log ?? '')).toBe(true);
    const document = JSON.parse(readFileSync(validator_result, 'utf8'));
    const verdict = kernel === GONE_ON ? 'fail' : 'pass';
    expect(document).toMatchObject({ schema_version: 'validator.v0.4', status: verdict, load: { status: verdict } });
    expect(document.host.release).toBe(target(kernel).host?.kernel);
    expect(readFileSync(join(vm_run_dir, 'validator-exit-code'), 'utf8')).toBe(kernel === GONE_ON ? '2\n' : '0\n');
    if (kernel === GONE_ON) expect(readFileSync(join(vm_run_dir, 'libbpf.log'), 'utf8')).toContain('do_unlinkat');
  });

  test('the run is recorded', () => {
    const metadata = JSON.parse(readFileSync(join(report.paths.run_dir, 'metadata.json'), 'utf8'));
    expect(metadata).toMatchObject({
      schema_version: 'registry.v0.1',
      run_id: report.run.id,
      artifact_name: 'fentry_unlink',
      artifact_sha256: report.artifact.sha256,
      summary_status: 'fail',
      json_report_path: report.paths.json,
    });
    const lines = readFileSync(join(scratch, '.bpfcompat/registry/runs.jsonl'), 'utf8').trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual(metadata);
  });

  test('the Markdown has the sections and columns that readers know', () => {
    expect(markdown).toMatch(/^# bpfcompat Compatibility Report\n/);
    const columns =
      'Profile|Profile Env|Host Kernel|Status|Failed Stage|Required|BTF|Functional|Classification|Confidence|Infra Error';
    const header = markdown.split('\n').find((line) => line.startsWith('| Profile |')) ?? '';
    expect(
      header
        .split('|')
        .map((cell) => cell.trim())
        .filter(Boolean)
        .join('|'),
    ).toBe(columns);
    for (const heading of ['## Targets', '## Target Details', '## Notes']) expect(markdown).toContain(`\n${heading}\n`);
    expect(markdown.match(/^### /gm)).toHaveLength(KERNELS.length);
    expect(markdown).toContain(report.artifact.sha256);
    expect(markdown).toMatch(/do\\?_unlinkat/);
  });
});
