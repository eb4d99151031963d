import { describe, expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import { reportJson } from '../../src/report/json.ts';
import { expectGolden } from '../fixtures/golden.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { hostileRun, mixedRun, quickRun } from '../fixtures/scenes.ts';

const paths = { json: '/src/report.json', markdown: '/src/report.md' };

function of(run: ReturnType<typeof quickRun>, artifact: number) {
  const results = run.results.filter(({ cell }) => cell.artifact === artifact);
  return reportJson(run, artifact, gate({ targets: run.targets, results }), paths);
}

test.each([
  ['pass', quickRun(), 0],
  ['fentry-gone', quickRun(), 1],
  ['attach-warn', quickRun(), 2],
  ['mixed', mixedRun(), 0],
] as const)('golden report %s', (name, run, artifact) => {
  expectGolden(`report/${name}.json`, of(run, artifact));
});

describe('the contract', () => {
  const text = of(mixedRun(), 0);
  const report = JSON.parse(text);

  test('two-space indent and one newline at the end', () => {
    expect(text).toBe(`${JSON.stringify(report, null, 2)}\n`);
  });

  test('fields of the example stand where it has them', () => {
    expect(Object.keys(report)).toEqual([
      'schema_version',
      'run',
      'artifact',
      'validator',
      'matrix',
      'targets',
      'support',
      'summary',
      'paths',
    ]);
    expect(report.targets[0]).toMatchObject({
      profile_id: 'ubuntu-20.04-5.4',
      required: true,
      status: 'fail',
      failed_stage: 'load',
      host: { distro: 'ubuntu', version: '20.04', kernel_family: '5.4', kernel: '5.4.0-216-generic', arch: 'x86_64' },
      validation: {
        load_status: 'fail',
        load_error_code: -22,
        load_error: 'Invalid argument',
        attach_mode: 'best-effort',
        attach_status: 'skipped',
      },
      btf: { kernel_btf_available: false, artifact_has_btf: true, artifact_has_btf_ext: true },
      classification_code: 'UNSUPPORTED_MAP_TYPE',
      classification_confidence: 'high',
    });
  });

  test('what is empty, false or zero is left out', () => {
    const [, rejected, silent, skipped] = report.targets;
    expect(rejected).not.toHaveProperty('infra_error');
    expect(rejected).not.toHaveProperty('functional');
    for (const key of ['host', 'validation', 'btf', 'classification_code', 'findings', 'programs']) {
      expect(silent).not.toHaveProperty(key);
    }
    expect(silent).toMatchObject({
      status: 'infra_error',
      failed_stage: 'infra',
      infra_error: expect.stringContaining('panic'),
    });
    expect(skipped).toMatchObject({ status: 'skipped', classification_code: 'UNSUPPORTED_TRANSPORT' });
    expect(JSON.parse(of(quickRun(), 0)).targets[0]).not.toHaveProperty('validator_exit');
  });

  test('notes have the fixed prefixes', () => {
    expect(report.targets[1].notes).toEqual(
      expect.arrayContaining([
        'classification: VERIFIER_REJECTION (medium)',
        expect.stringMatching(/^remediation: /),
        'program load failure: name=handle_exec section=tracepoint/syscalls/sys_enter_execve errno=EACCES',
      ]),
    );
    expect(JSON.parse(of(quickRun(), 0)).targets[0].notes).toEqual(['attach status: pass']);
  });

  test('best effort shows the attach that failed and passes', () => {
    const [target] = JSON.parse(of(quickRun(), 2)).targets;
    expect(target).toMatchObject({
      status: 'pass',
      validation: { attach_status: 'warn', attach_attempted: 2, attach_passed: 1, attach_failed: 1 },
      findings: [{ code: 'ATTACH_TARGET_NOT_FOUND', subject: 'probe' }],
    });
    expect(target).not.toHaveProperty('classification_code');
  });
});

test.each(HOSTILE.map((text) => [JSON.stringify(text), text] as const))(
  'stays one JSON document with %s',
  (_name, text) => {
    const report = JSON.parse(of(hostileRun(text), 0));
    expect(report.targets[0].status).toBe('fail');
    for (const note of report.targets[0].notes) expect(note).not.toMatch(/[\u0000-\u001f]/);
  },
);
