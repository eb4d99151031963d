import { describe, expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import type { RunReport } from '../../src/model/report.ts';
import type { SuiteCaseReport, SuiteReport } from '../../src/model/suite.ts';
import { SavedCollection } from '../../src/report/saved-report.ts';
import { suiteJson } from '../../src/report/suite-json.ts';
import { suiteMarkdown } from '../../src/report/suite-markdown.ts';
import { suiteLines, suiteMatrixText } from '../../src/report/suite-text.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { failed, infra, result, runReport, target } from '../fixtures/run.ts';

const A = 'debian-11-5.10';
const B = 'debian-12-6.1';

function answered(name: string, run: RunReport, part: Partial<SuiteCaseReport> = {}): SuiteCaseReport {
  const verdict = gate(run);
  return {
    name,
    artifact: `/src/${name}.bpf.o`,
    manifest: '',
    matrix: '/src/matrix.yaml',
    required: true,
    status: verdict.status,
    exitCode: verdict.exitCode,
    error: '',
    answer: { run, artifact: 0, verdict },
    json: `/reports/${name}.json`,
    markdownPath: `/reports/${name}.md`,
    ...part,
  };
}

const good = runReport({ targets: [target(A), target(B, { required: false })] });
const bad = runReport({
  targets: [target(B)],
  results: [result({ artifact: 0, target: 0 }, failed())],
  validationMode: 'load_only',
});
const silent = runReport({ targets: [target(A)], results: [result({ artifact: 0, target: 0 }, infra())] });
const broken = answered('gone', good, {
  status: 'error',
  exitCode: 1,
  error: 'suite.yaml:9:3: there is no such file',
  answer: undefined,
  json: '',
  markdownPath: '',
  required: false,
});

function suite(cases: readonly SuiteCaseReport[], part: Partial<SuiteReport> = {}): SuiteReport {
  return {
    name: 'net-agent',
    startedAt: '2026-01-02T03:04:05Z',
    finishedAt: '2026-01-02T03:04:19Z',
    durationMs: 14_000.4,
    status: 'fail',
    exitCode: 2,
    cases,
    notRun: [],
    ...part,
  };
}

const all = suite([answered('good', good), answered('bad', bad), answered('silent', silent), broken]);

describe('JSON', () => {
  const document = JSON.parse(suiteJson(all));

  test('has the fields of the contract, in their order', () => {
    expect(Object.keys(document)).toEqual([
      'schema_version',
      'name',
      'started_at',
      'finished_at',
      'duration_ms',
      'status',
      'exit_code',
      'cases',
    ]);
    expect(document).toMatchObject({ schema_version: 'bpfcompat_suite.v0.1', duration_ms: 14_000, exit_code: 2 });
    expect(document.cases[0]).toMatchObject({
      name: 'good',
      status: 'pass',
      exit_code: 0,
      total_profiles: 2,
      required_passed: 1,
      required_failed: 0,
      report_json_path: '/reports/good.json',
      targets: [
        { profile_id: A, status: 'pass', required: true },
        { profile_id: B, status: 'pass', required: false },
      ],
      support: { text: 'passes 5.10-6.1' },
    });
    expect(document.cases[1]).toMatchObject({
      validation_mode: 'load_only',
      required_failed: 1,
      targets: [{ status: 'fail', classification_code: 'VERIFIER_REJECTION' }],
    });
  });

  test('a case that could not start has its error and nothing that was not found out', () => {
    expect(document.cases[3]).toEqual({
      name: 'gone',
      artifact: '/src/gone.bpf.o',
      matrix: '/src/matrix.yaml',
      status: 'error',
      exit_code: 1,
      error: 'suite.yaml:9:3: there is no such file',
      total_profiles: 0,
      required_passed: 0,
      required_failed: 0,
      optional: true,
    });
  });

  test('is read back by the reader of saved reports', () => {
    expect(SavedCollection.parse(document).cases.map(({ name }) => name)).toEqual(['good', 'bad', 'silent', 'gone']);
  });

  test('names what was given up', () => {
    expect(JSON.parse(suiteJson(suite([], { notRun: ['later'] }))).not_run).toEqual(['later']);
  });
});

describe('Markdown', () => {
  test('begins with cases by kernels, oldest first; kernels a case does not ask are empty', () => {
    const text = suiteMarkdown(all);
    const [head, , ...rows] = (text.split('## Collection Matrix')[1] ?? '').trim().split('\n');
    expect(head).toBe('| Profile | good | bad | silent |');
    expect(rows.slice(0, 2)).toEqual([
      `| \`${A}\` | pass \`required\` | - | infra_error \`required\` |`,
      `| \`${B}\` | pass | fail \`required\` VERIFIER_REJECTION | - |`,
    ]);
    expect(text.indexOf('## Collection Matrix')).toBeLessThan(text.indexOf('## Cases'));
    expect(text).toContain('- Could not start: suite.yaml:9:3: there is no such file');
    expect(text).toMatch(/- no answer: the guest died.*\(`debian-11-5\.10`\)/);
  });

  test.each(HOSTILE)('%j stays text', (words) => {
    const text = suiteMarkdown(suite([{ ...broken, name: words, artifact: words, error: words }], { name: words }));
    expect(text.match(/^# /gm)).toHaveLength(1);
    expect(text.match(/^## .*$/gm)).toEqual(['## Collection Matrix', '## Cases', '## Case Details']);
    // Inside of code, markup is text.
    expect(text.replace(/^- Artifact: .*$/m, '')).not.toMatch(/<script|<img|\u001b|^::/im);
  });
});

describe('text', () => {
  test('lines for scripts', () => {
    expect(suiteLines(suite([answered('good', good), broken], { notRun: ['later'] }))).toEqual([
      'Suite: net-agent',
      'Status: fail',
      'Exit Code: 2',
      `  - good: pass run=${good.runId}`,
      '  - gone: error error=suite.yaml:9:3: there is no such file',
      '  - later: not run',
    ]);
  });

  test('one matrix for all cases that ask the same kernels', () => {
    const options = { width: 80, color: false };
    const text = suiteMatrixText(
      suite([answered('good', good), answered('bad', bad), answered('again', good)]),
      options,
    );
    const heads = text.split('\n').filter((line) => /^ +\(?\d\.\d/.test(line));
    expect(heads.map((line) => line.trim().split(/ +/))).toEqual([['5.10', '(6.1)'], ['6.1']]);
    expect(text.indexOf('again')).toBeLessThan(text.indexOf('bad'));
    expect(suiteMatrixText(suite([broken]), options)).toBe('');
  });
});
