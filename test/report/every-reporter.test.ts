import { describe, expect, test } from 'vitest';
import { partialRun, partialSummary } from '../../src/action/partial.ts';
import { compareReports } from '../../src/compare/compare.ts';
import { gate } from '../../src/gate/gate.ts';
import type { RunEvent } from '../../src/model/events.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Expectation } from '../../src/model/gate.ts';
import type { RunReport } from '../../src/model/report.ts';
import { annotations } from '../../src/report/annotations.ts';
import { badge } from '../../src/report/badge.ts';
import { comment } from '../../src/report/comment.ts';
import { compareJson } from '../../src/report/compare-json.ts';
import { compareMarkdown } from '../../src/report/compare-markdown.ts';
import { baselineText } from '../../src/report/compare-text.ts';
import { explainCell } from '../../src/report/explain/cell.ts';
import { explainCollection, explainReport } from '../../src/report/explain/overview.ts';
import { jobSummary } from '../../src/report/job-summary.ts';
import { reportJson } from '../../src/report/json.ts';
import { junit } from '../../src/report/junit.ts';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { plainProgress } from '../../src/report/plain-progress.ts';
import { advance, NO_PROGRESS } from '../../src/report/progress.ts';
import { renderLive } from '../../src/report/progress-text.ts';
import { recordedReport, recordedRun } from '../../src/report/recorded.ts';
import { sarif } from '../../src/report/sarif/sarif.ts';
import { SavedCollection, SavedReport } from '../../src/report/saved-report.ts';
import { stableLines } from '../../src/report/stable-lines.ts';
import { suiteJson } from '../../src/report/suite-json.ts';
import { suiteMarkdown } from '../../src/report/suite-markdown.ts';
import { stepSummary } from '../../src/report/summary/step-summary.ts';
import { matrixText, suiteText } from '../../src/report/terminal/text.ts';
import { checkOf } from '../fixtures/documents.ts';
import * as fx from '../fixtures/evidence.ts';
import { failed, requested, result, runReport, target } from '../fixtures/run.ts';

// One fact, reported by every output. Whoever adds a reporter adds it here.
const WIDE = { width: 400, color: false };
const KERNEL = 'debian-12-6.1';

type Scene = { readonly run: RunReport; readonly expectations?: readonly Expectation[] };

function everyReporter({ run, expectations = [] }: Scene): Record<string, string> {
  const verdict = gate(run, { expectations });
  const expected = verdict.expected ?? [];
  const paths = { json: '/r.json' };
  const json = reportJson(run, 0, verdict, paths);
  const saved = SavedReport.parse(JSON.parse(json));
  const [cell] = saved.targets;
  if (!cell) throw new Error('the scene has no cell');
  const collection = { ...checkOf(run, verdict), kind: 'suite' as const };
  const cases = SavedCollection.parse(JSON.parse(suiteJson(collection))).cases;
  const document = checkOf(run, verdict);
  const before = { ...recordedReport(saved, 'old.json'), targets: [] };
  const comparison = compareReports(before, recordedRun(run, 0));
  const names = run.targets.map(({ profile }) => profile.id);
  const events: RunEvent[] = [
    { type: 'run-start', runId: 'r', artifacts: ['conn'], targets: names, cells: names.length },
    ...run.results.map((one): RunEvent => {
      const own = expected.find((it) => it.target === one.cell.target);
      return { type: 'cell-end', ...one.cell, result: one, ...(own && { expected: own }) };
    }),
  ];
  const progress = events.reduce((state, event) => advance(state, event, 0), NO_PROGRESS);
  const partial = partialRun();
  for (const event of events) partial.onEvent(event);
  return {
    terminal: matrixText(run, { ...WIDE, expected }),
    'terminal of a suite': suiteText(collection, WIDE),
    'lines for scripts': stableLines(run, 0, verdict, paths).join('\n'),
    'plain progress': events.flatMap((event) => plainProgress(progress, event, 0).lines).join('\n'),
    'live progress': renderLive(progress, { ...WIDE, now: 0 }).join('\n'),
    'summary of a cancelled run': partialSummary(partial.now()),
    Markdown: reportMarkdown(run, 0, verdict),
    'Markdown of a suite': suiteMarkdown(collection),
    'job summary': stepSummary(document),
    comment: comment(document),
    JUnit: junit(document),
    SARIF: sarif(document),
    badge: badge(document),
    annotations: annotations(document)
      .map(({ title, message }) => `${title}\n${message}`)
      .join('\n'),
    'explain, one cell': explainCell(saved, cell, WIDE),
    'explain, a report': explainReport(saved, 'r.json', undefined, WIDE),
    'explain, a collection': explainCollection(cases, 'r.json', WIDE),
    'report-summary': jobSummary(saved),
    'compare, Markdown': compareMarkdown(comparison),
    'compare, terminal': baselineText({ ...run, baseline: [comparison] }, WIDE),
    'compare, JSON': compareJson(comparison, '2026-01-02T03:04:05Z'),
    JSON: json,
    'JSON of a suite': suiteJson(collection),
  };
}

const without = (texts: Record<string, string>, ...names: string[]): [string, string][] =>
  Object.entries(texts).filter(([name]) => !names.includes(name));

describe('a pass that needed automatic fixups', () => {
  const change = (kind: string, detail: string, errno = 0) => ({ kind, subject: 'events', detail, errno });
  const sceneOf = (shims: ReturnType<typeof change>[]): Scene => {
    const evidence = fx.evidence([fx.open({ shims }), fx.program('handle_exec'), fx.load(), fx.exit()]);
    return { run: runReport({ results: [requested({ artifact: 0, target: 0 }, evidence, KERNEL)] }) };
  };
  const MARK = /automatic[ _]fixups?|_fixups"|pass\*(?!\*)|kernels\*(?!\*)/;
  const silent = ['annotations', 'compare, terminal'];

  const fixed = everyReporter(
    sceneOf([
      change('map_size', 'max_entries 0 became 4096'),
      change('program_type', 'xdp, by the section name xdp_sock'),
      change('rodata', '12'),
    ]),
  );
  test.each(without(fixed, ...silent))('%s marks it', (_name, text) => {
    expect(text).toMatch(MARK);
  });

  const words = ['lines for scripts', 'plain progress', 'Markdown', 'JUnit', 'SARIF', 'job summary', 'report-summary'];
  test.each([...words, 'explain, one cell', 'explain, a report'])('%s says how many', (name) => {
    expect(fixed[name]).toContain('with 2 automatic fixups');
  });

  test('its number stands in the documents', () => {
    expect(JSON.parse(fixed['JSON'] ?? '').targets[0].automatic_fixups).toBe(2);
    expect(JSON.parse(fixed['JSON of a suite'] ?? '').cases[0].targets[0].automatic_fixups).toBe(2);
    expect(JSON.parse(fixed['compare, JSON'] ?? '').profiles[0].head_fixups).toBe(2);
  });

  test.each(
    without(
      everyReporter(
        sceneOf([change('rodata', '12'), change('program_type', 'xdp, as set'), change('pinning', 'x', -22)]),
      ),
    ),
  )('%s marks none where the user requested all that was done', (_name, text) => {
    expect(text).not.toMatch(MARK);
  });

  test('reports of older versions, which only list the changes, are read the same', () => {
    const { automatic_fixups: _, ...old } = JSON.parse(fixed['JSON'] ?? '').targets[0];
    const report = { ...JSON.parse(fixed['JSON'] ?? ''), targets: [old] };
    expect(SavedReport.parse(report).targets[0]?.automatic_fixups).toBe(2);
  });
});

function failingRun(...more: Finding[]): RunReport {
  const outcome = failed();
  if (outcome.status !== 'fail') throw new Error('no failure');
  // The warning comes first: order must not make a cause of it.
  const findings = [...more, ...outcome.findings];
  return runReport({ results: [result({ artifact: 0, target: 0 }, { ...outcome, findings })] });
}

const WARNING: Finding = {
  code: 'ATTACH_TARGET_NOT_FOUND',
  rollup: 'ATTACH_TARGET_NOT_FOUND',
  group: 'kernel',
  location: undefined,
  also: [],
  confidence: 'high',
  decisive: false,
  phase: 'attach',
  subject: 'probe',
  args: { program: 'probe', function: 'no_such_function', kind: 'function' },
  evidence: undefined,
};

describe('a warning beside a cause', () => {
  const texts = everyReporter({ run: failingRun(WARNING) });
  const TITLE = /no_such_function/;
  const headings: Record<string, RegExp> = {
    terminal: /bpf_loop[\s\S]*\n {2}Warnings\n[\s\S]*no_such_function/,
    'terminal of a suite': /bpf_loop[\s\S]*\n {2}Warnings\n[\s\S]*no_such_function/,
    Markdown: /bpf_loop[\s\S]*\n#### Warnings\n[\s\S]*no_such_function/,
    'Markdown of a suite': /bpf_loop[\s\S]*\n#### Warnings\n[\s\S]*no_such_function/,
    'job summary': /bpf_loop[\s\S]*\nWarnings:\n[\s\S]*no_such_function/,
    comment: /bpf_loop[\s\S]*\nWarnings:\n[\s\S]*no_such_function/,
    JUnit: /<\/failure>\s*<system-out>warning: ATTACH_TARGET_NOT_FOUND/,
    'explain, one cell': /Findings\n[\s\S]*bpf_loop[\s\S]*\nWarnings\n[\s\S]*no_such_function/,
    'report-summary': /bpf_loop[\s\S]*\n#### Warnings\n[\s\S]*no_such_function/,
    'compare, Markdown': /^/,
    SARIF: /^/,
    annotations: /has a warning on/,
    JSON: /"decisive": false/,
    'JSON of a suite': /"decisive": false/,
  };

  test.each(Object.entries(texts).filter(([, text]) => TITLE.test(text)))(
    '%s reports it under a heading of its own, behind the cause',
    (name, text) => {
      expect(headings[name], `${name} tells warnings: say where`).toBeDefined();
      expect(text).toMatch(headings[name] ?? /$^/);
    },
  );

  test('is not what a short output calls the reason', () => {
    const short = ['plain progress', 'lines for scripts', 'explain, a report', 'explain, a collection', 'badge'];
    for (const name of short) expect(texts[name], name).not.toMatch(TITLE);
    expect(texts['explain, a report']).toMatch(/bpf_loop[^\n]*; 1 warning/);
  });

  test('is a warning in SARIF, and the cause an error', () => {
    const { results } = JSON.parse(texts['SARIF'] ?? '').runs[0];
    const levels = results.map(({ level, message }: { level: string; message: { text: string } }) => [
      TITLE.test(message.text),
      level,
    ]);
    expect(levels).toEqual([
      [false, 'error'],
      [true, 'warning'],
    ]);
  });

  test('does not hide in the cause of another kernel', () => {
    const targets = [target('debian-11-5.10'), target(KERNEL)];
    const results = targets.map((_, index) =>
      result(
        { artifact: 0, target: index },
        { status: 'fail', failedStage: 'load', findings: [{ ...WARNING, decisive: index === 0 }] },
      ),
    );
    const text = matrixText(runReport({ targets, results }), WIDE);
    expect(text).toMatch(/ {2}x [^\n]*: 5\.10\n[\s\S]* {2}Warnings\n {2}! [^\n]*: 6\.1\n/);
  });

  test('is news of its own when two runs are compared, and no cause', () => {
    const [before, after] = [recordedRun(failingRun(), 0), recordedRun(failingRun(WARNING), 0)];
    const comparison = compareReports(before, after);
    expect(comparison.summary).toMatchObject({ newFailures: 0, knownFailures: 1, changedCauses: 0 });
    expect(compareMarkdown(comparison)).toMatch(/ {2}- warning new: ATTACH/);
    expect(compareMarkdown(comparison)).not.toMatch(/ {2}- new:/);
  });
});

describe('a failure that was declared', () => {
  const declared: Expectation = {
    profiles: [KERNEL],
    kernels: undefined,
    code: 'UNSUPPORTED_HELPER',
    reason: 'bpf_loop needs 5.17',
    origin: 'compat.yaml:3:5',
  };
  const texts = everyReporter({ run: failingRun(), expectations: [declared] });

  const WHICH = /Expected: UNSUPPORTED_HELPER \(bpf_loop needs 5\.17; compat\.yaml:3:5\)\./;
  const detailed = ['terminal', 'terminal of a suite', 'Markdown', 'Markdown of a suite', 'job summary', 'comment'];
  test.each([...detailed, 'JUnit', 'explain, one cell', 'report-summary'])('%s says which finding met it', (name) => {
    expect(texts[name]?.replace(/&#8203;/g, '')).toMatch(WHICH);
  });

  const people = without(texts, 'compare, Markdown', 'compare, terminal', 'compare, JSON', 'SARIF', 'badge', 'JSON');
  test.each(people)('%s does not look like one that no one expected', (_name, text) => {
    expect(text).toMatch(/expected|declared|xfail/i);
    expect(text).not.toMatch(/\bFAIL\b|❌/);
  });

  test('a second cause is reported to be none', () => {
    const more = { ...WARNING, decisive: true };
    const { terminal = '', Markdown = '' } = everyReporter({ run: failingRun(more), expectations: [declared] });
    for (const text of [terminal, Markdown]) {
      expect(text).toMatch(WHICH);
      expect(text).toContain('Not expected: no expectation matches it.');
    }
  });

  test('a declaration with another subject is reported with both', () => {
    const other = { ...declared, subject: 'on_open' };
    const reported = everyReporter({ run: failingRun(), expectations: [other] });
    for (const name of ['terminal', 'Markdown', 'job summary', 'JUnit', 'explain, one cell']) {
      const text = reported[name]
        ?.replace(/&#8203;|\\/g, '')
        .replace(/&quot;/g, '"')
        .replace(/\s+/g, ' ');
      expect(text, name).toContain('the code fits, the subject differs: "on_open" is declared,');
      expect(text, name).toContain('compat.yaml:3:5');
    }
  });

  test('terminal and Markdown name code and subject as a declaration has them', () => {
    const { terminal = '', Markdown = '' } = everyReporter({ run: failingRun(), expectations: [] });
    expect(terminal.replace(/\s+/g, ' ')).toMatch(/\[this kernel; UNSUPPORTED_HELPER \w+\]/);
    expect(Markdown).toMatch(/\*\*UNSUPPORTED_HELPER\*\* `\w+` \(/);
  });

  test('progress reports a pass that was declared to fail', () => {
    const passing = everyReporter({ run: runReport(), expectations: [declared] });
    expect(passing['plain progress']).toContain('pass; UNSUPPORTED_HELPER was expected');
  });
});
