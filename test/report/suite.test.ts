import { describe, expect, test } from 'vitest';
import { compareReports } from '../../src/compare/compare.ts';
import { gate } from '../../src/gate/gate.ts';
import type { CaseResult, CheckResult } from '../../src/model/check-result.ts';
import type { RunReport } from '../../src/model/report.ts';
import type { CheckDocument } from '../../src/report/document.ts';
import { finishedDocument } from '../../src/report/finished-document.ts';
import { recordedCase, recordedRun } from '../../src/report/recorded.ts';
import { SavedCollection } from '../../src/report/saved-report.ts';
import { suiteJson } from '../../src/report/suite-json.ts';
import { suiteLines, withoutResultLines } from '../../src/report/suite-lines.ts';
import { suiteMarkdown } from '../../src/report/suite-markdown.ts';
import { suiteBaselineText } from '../../src/report/terminal/suite-baseline.ts';
import { documentMatrix, suiteText } from '../../src/report/terminal/text.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { failed, infra, result, runReport, target } from '../fixtures/run.ts';

const A = 'debian-11-5.10';
const B = 'debian-12-6.1';

function hasResult(name: string, run: RunReport, part: Partial<CaseResult> = {}): CaseResult {
  const verdict = gate(run);
  return {
    name,
    artifact: `/src/${name}.bpf.o`,
    manifest: '',
    matrix: '/src/matrix.yaml',
    required: true,
    origin: '',
    status: verdict.status,
    exitCode: verdict.exitCode,
    error: '',
    completed: { run, artifact: 0, verdict },
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
const broken = hasResult('gone', good, {
  status: 'error',
  exitCode: 1,
  error: 'suite.yaml:9:3: there is no such file',
  completed: undefined,
  json: '',
  markdownPath: '',
  required: false,
});

function suite(cases: readonly CaseResult[], part: Partial<CheckResult> = {}): CheckDocument {
  const result = {
    name: 'net-agent',
    startedAt: '2026-01-02T03:04:05Z',
    finishedAt: '2026-01-02T03:04:19Z',
    durationMs: 14_000.4,
    status: 'fail',
    exitCode: 2,
    notRun: [],
    ...part,
  } as const;
  return finishedDocument('suite', result, cases);
}

const all = suite([hasResult('good', good), hasResult('bad', bad), hasResult('silent', silent), broken]);

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
      'verdict',
      'complete',
    ]);
    expect(document).toMatchObject({ verdict: 'INCOMPATIBLE', complete: false });
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
  test('begins with cases by kernels, oldest first; kernels a case does not test are empty', () => {
    const text = suiteMarkdown(all);
    const [head, , ...rows] = (text.split('## Collection Matrix')[1] ?? '').trim().split('\n');
    expect(head).toBe('| Profile | good | bad | silent |');
    expect(rows.slice(0, 2)).toEqual([
      `| \`${A}\` | pass \`required\` | - | infra_error \`required\` |`,
      `| \`${B}\` | pass | fail \`required\` VERIFIER_REJECTION | - |`,
    ]);
    expect(text.indexOf('## Collection Matrix')).toBeLessThan(text.indexOf('## Cases'));
    expect(text).toContain('- Could not start: suite.yaml:9:3: there is no such file');
    expect(text).toMatch(/- inconclusive: the guest died.*\(`debian-11-5\.10`\)/);
  });

  test('reports the cases that failed first, each cause once, with the remedy below', () => {
    const text = suiteMarkdown(all).split('## Case Details')[1] ?? '';
    expect(text.match(/^### .*$/gm)).toEqual([
      '### silent: error',
      '### gone: error',
      '### bad: fail',
      '### good: pass',
    ]);
    expect(text).toMatch(/^- \*\*.*bpf\\?_loop.*\*\* \(`debian-12-6\.1`\)\n {2}- What to do: /m);
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
    expect(suiteLines(suite([hasResult('good', good), broken], { notRun: ['later'] }))).toEqual([
      'Suite: net-agent',
      'Status: fail',
      'Exit Code: 2',
      `  - good: pass run=${good.runId}`,
      '  - gone: error error=suite.yaml:9:3: there is no such file',
      '  - later: not run',
    ]);
  });

  test('one matrix for all cases that test the same kernels', () => {
    const options = { width: 80, color: false };
    const text = documentMatrix(
      suite([hasResult('good', good), hasResult('bad', bad), hasResult('again', good)]),
      options,
    );
    const heads = text.split('\n').filter((line) => /^ +\(?\d\.\d/.test(line));
    expect(heads.map((line) => line.trim().split(/ +/))).toEqual([['5.10', '(6.1)'], ['6.1']]);
    expect(text.indexOf('again')).toBeLessThan(text.indexOf('bad'));
    expect(documentMatrix(suite([broken]), options)).toBe('');
    expect(suiteText(suite([broken]), options)).toBe('');
  });

  test('which kernels each case supports, without those that no one requested', () => {
    const known = [{ id: 'debian-13-7.0', distro: 'debian', kernelFamily: '7.0' }];
    const text = suiteText(suite([hasResult('good', { ...good, known }), hasResult('bad', bad)]), {
      width: 90,
      color: false,
    });
    expect(text).toContain('\nSupport\n  good: passes 5.10-6.1\n  bad: fails 6.1: ');
  });
});

describe('held against an older run', () => {
  const before = { ...recordedRun(good, 0), path: 'main.json', summaryStatus: 'pass' };
  const held = (name: string, run: RunReport): CaseResult =>
    hasResult(name, { ...run, baseline: [compareReports(before, recordedRun(run, 0))] });
  const worse = suite(
    [held('same', good), held('worse', bad), hasResult('fresh', { ...good, baseline: [undefined] })],
    {
      baseline: { path: 'main.json', runId: '', summaryStatus: 'pass', gone: ['old'] },
    },
  );

  test('JSON: each case has its kernels, the suite has the counts and which cases came and went', () => {
    const document = JSON.parse(suiteJson(worse));
    expect(document.baseline).toMatchObject({
      path: 'main.json',
      summary_status: 'pass',
      summary: { new_failures: 1, known_failures: 0 },
      added_cases: ['fresh'],
      removed_cases: ['old'],
    });
    expect(document.cases[1]).toMatchObject({
      baseline: { path: 'main.json', summary: { new_failures: 1 } },
      targets: [{ profile_id: B, failure: 'new', causes: [{ code: 'UNSUPPORTED_HELPER', subject: 'on_exec' }] }],
    });
    expect(document.cases[2].baseline).toBeUndefined();
    expect(JSON.parse(suiteJson(all)).baseline).toBeUndefined();
  });

  test('the document alone is as good a baseline as the reports of its cases', () => {
    const [, saved] = SavedCollection.parse(JSON.parse(suiteJson(worse))).cases;
    expect(saved && recordedCase(saved, '').targets).toEqual(recordedRun(bad, 0).targets);
  });

  test('Markdown: the matrix stays first and marks what is new; then case by case', () => {
    const text = suiteMarkdown(worse);
    expect(text).toContain(`fail \`required\` VERIFIER_REJECTION **new**`);
    const headings = text.match(/^##+ .*$/gm)?.slice(0, 4);
    expect(headings).toEqual([
      '## Collection Matrix',
      '## Against the baseline',
      '### worse: 1 new failure',
      '#### Causes',
    ]);
    for (const line of ['- As before: same', '- Not in the baseline: fresh', '- Only in the baseline: old']) {
      expect(text).toContain(`\n${line}\n`);
    }
    expect(suiteMarkdown(all)).not.toContain('baseline');
  });

  test('text: counts, cases without news in a line, the others one by one', () => {
    const text = suiteBaselineText(worse, { width: 100, color: false });
    const head = ['Against main.json: 1 new failure', 'As before: same', 'Not in the baseline: fresh'];
    expect(text.split('\n').slice(0, 6)).toEqual([
      ...head,
      'Only in the baseline: old',
      'worse against main.json: 1 new failure',
      '  new failure: debian-12-6.1: pass -> fail (VERIFIER_REJECTION)',
    ]);
    expect(suiteBaselineText(all, { width: 100, color: false })).toBe('');
  });

  test('what failed before for the same reasons stands apart', () => {
    const run = { ...bad, baseline: [compareReports(recordedRun(bad, 0), recordedRun(bad, 0))] };
    const known = suite([hasResult('known', run)]);
    expect(suiteMarkdown(known)).toContain('- 1 known failure\n- Known failures only: known (1)\n\n## Cases');
    expect(suiteMarkdown(known)).toContain('VERIFIER_REJECTION known |');
    expect(suiteBaselineText(known, { width: 100, color: false })).toBe(
      'Against the baseline: 1 known failure\nKnown failures only: known (1)\n',
    );
  });
});

test('declared failures are marked in the matrix and reported with what became of them', () => {
  const declare = (code: string) =>
    gate(bad, {
      expectations: [{ profiles: [B], kernels: undefined, code, reason: 'bpf_loop is young', origin: 's.yaml:1:1' }],
    });
  const reported = (code: string): string =>
    suiteMarkdown(suite([hasResult('c', bad, { completed: { run: bad, artifact: 0, verdict: declare(code) } })]));
  expect(reported('UNSUPPORTED_HELPER')).toContain('VERIFIER_REJECTION expected |');
  expect(reported('UNSUPPORTED_HELPER')).toMatch(
    /^- Declared to fail with `UNSUPPORTED_HELPER` \(bpf\\?_loop is young\): as declared \(`debian-12-6\.1`\)$/m,
  );
  const run = { run: bad, artifact: 0, verdict: declare('UNSUPPORTED_HELPER') };
  expect(suiteText(suite([hasResult('c', bad, { completed: run })]), { width: 100, color: false })).toContain(
    '\nDeclared failures\n  c: fails as declared on debian-12-6.1\n',
  );
  expect(reported('MISSING_BTF')).toContain('VERIFIER_REJECTION **other cause** |');
});

test('why a case has no result is there for a caller who wants no table', () => {
  const silent = runReport({
    results: [result({ artifact: 0, target: 0 }, infra('the guest did not \u001b[31mboot'))],
  });
  const lines = withoutResultLines(suite([hasResult('quiet', silent)]));
  expect(lines[0]).toMatch(/^quiet: required debian-12-6\.1: inconclusive: the guest did not /);
  expect(lines.join('')).not.toContain('\u001b');
});
