import { describe, expect, test } from 'vitest';
import { compareReports } from '../../src/compare/compare.ts';
import { gate } from '../../src/gate/gate.ts';
import type { RunReport } from '../../src/model/report.ts';
import { compareCollectionJson, compareJson } from '../../src/report/compare-json.ts';
import { compareCollectionMarkdown, compareMarkdown } from '../../src/report/compare-markdown.ts';
import { baselineText, diffSummaryLine } from '../../src/report/compare-text.ts';
import { reportJson } from '../../src/report/json.ts';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { recordedReport, recordedRun } from '../../src/report/recorded.ts';
import { SavedReport } from '../../src/report/saved-report.ts';
import { summaryMarkdown } from '../../src/report/summary.ts';
import { expectGolden } from '../fixtures/golden.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { artifact } from '../fixtures/run.ts';
import { hostileRun, mixedRun, quickRun } from '../fixtures/scenes.ts';

const NOW = '2026-01-02T03:04:05Z';

function saved(run: RunReport, artifact: number, path = 'report.json') {
  const verdict = gate({
    targets: run.targets,
    results: run.results.filter(({ cell }) => cell.artifact === artifact),
  });
  return recordedReport(SavedReport.parse(JSON.parse(reportJson(run, artifact, verdict, { json: path }))), path);
}

/** The object that lost a function on 7.3, against one that passes everywhere; and the other way round. */
const run = quickRun();
const worse = compareReports(saved(run, 0, 'main.json'), saved(run, 1, 'pr.json'));
const better = compareReports(saved(run, 1, 'main.json'), saved(run, 0, 'pr.json'));
const silent = compareReports(saved(mixedRun(), 0, 'main.json'), saved(run, 0, 'pr.json'));

test.each([0, 1, 2])('a run is recorded as its report is read back: object %i', (artifact) => {
  const { targets } = saved(run, artifact);
  expect(recordedRun(run, artifact).targets).toEqual(targets);
});

test('a run with every kind of result too', () => {
  expect(recordedRun(mixedRun(), 0).targets).toEqual(saved(mixedRun(), 0).targets);
});

test.each([
  ['worse', worse],
  ['better', better],
  ['silent', silent],
] as const)('golden %s', (name, comparison) => {
  expectGolden(`compare/${name}.json`, compareJson(comparison, NOW));
  expectGolden(`compare/${name}.md`, compareMarkdown(comparison));
  expectGolden(
    `compare/${name}.txt`,
    baselineText({ artifacts: [artifact('unlink.bpf.o')], baseline: [comparison] }, { width: 90, color: false }),
  );
});

test('the fields of the contract, and only additive ones besides', () => {
  const document = JSON.parse(compareJson(worse, NOW));
  expect(Object.keys(document)).toEqual(['schema_version', 'generated_at', 'base', 'head', 'summary', 'profiles']);
  expect(document).toMatchObject({
    schema_version: 'compat_diff.v0.1',
    generated_at: NOW,
    base: { path: 'main.json', run_id: run.runId, summary_status: 'pass' },
    summary: { total_profiles: 4, changed_profiles: 1, improved_profiles: 0, regressed_profiles: 1 },
  });
  expect(document.summary).toMatchObject({ required_regressions: 1, base_required_failed: 0, head_required_failed: 1 });
  expect(document.profiles[3]).toMatchObject({
    profile_id: 'debian-13-7.3',
    required: true,
    change: 'regressed',
    base_status: 'pass',
    head_status: 'fail',
    head_classification: 'UNSUPPORTED_ATTACH_TYPE',
    head_confidence: expect.any(String),
    classification_delta: 'new:UNSUPPORTED_ATTACH_TYPE',
    failure: 'new',
  });
  expect(document.profiles[3]).not.toHaveProperty('base_classification');
});

test('the line that scripts read', () => {
  expect(diffSummaryLine(worse.summary)).toBe(
    'Diff summary: profiles=4 changed=1 improved=0 regressed=1 required_regressions=1',
  );
});

test('a report keeps what is new against its baseline, and puts it before its own tables', () => {
  const against = { ...run, baseline: [undefined, worse, undefined] };
  const verdict = gate({ targets: run.targets, results: run.results.filter(({ cell }) => cell.artifact === 1) });
  const { baseline } = JSON.parse(reportJson(against, 1, verdict, { json: '' }));
  expect(baseline).toMatchObject({ path: 'main.json', summary: { new_failures: 1, known_failures: 0 } });
  expect(baseline.profiles[3]).toMatchObject({ failure: 'new', new_causes: [{ code: 'ATTACH_TARGET_NOT_FOUND' }] });
  const text = reportMarkdown(against, 1, verdict);
  expect(text.match(/^## .*$/gm)?.slice(0, 2)).toEqual(['## Against the baseline', '## Targets']);
  expect(text).not.toMatch(/^\| `debian-12-6\.1` \|/m);
  expect(summaryMarkdown(against, 1, verdict)).toMatch(
    /^## Against the Baseline\n\n- 1 new failure\n- new: `debian-13-7\.3`$/m,
  );
  expect(JSON.parse(reportJson(against, 0, verdict, { json: '' }))).not.toHaveProperty('baseline');
  expect(baselineText(against, { width: 90, color: false })).toContain('the baseline does not have it');
});

test('several objects: one case each, objects without news are named only', () => {
  const collection = {
    base: worse.base,
    head: worse.head,
    summary: worse.summary,
    cases: [
      { name: 'unlink', change: 'compared', comparison: worse },
      { name: 'same', change: 'compared', comparison: compareReports(saved(run, 0), saved(run, 0)) },
      { name: 'gone', change: 'removed', comparison: undefined },
    ],
  } as const;
  const document = JSON.parse(compareCollectionJson(collection, NOW));
  expect(document.schema_version).toBe('compat_diff_collection.v0.1');
  expect(document.cases.map(({ name, change }: { name: string; change: string }) => [name, change])).toEqual([
    ['unlink', 'compared'],
    ['same', 'compared'],
    ['gone', 'removed'],
  ]);
  const text = compareCollectionMarkdown(collection);
  expect(text.match(/^## .*$/gm)).toEqual(['## unlink: 1 new failure', '## gone: removed', '## As before']);
  expect(text).toMatch(/^- same$/m);
});

describe.each(HOSTILE.map((text) => [JSON.stringify(text), text] as const))('with %s everywhere', (_name, text) => {
  const report = { ...saved(hostileRun(text), 0), path: text, runId: text, summaryStatus: text };
  const targets = report.targets.map((target) => ({ ...target, profile: text, classification: text }));
  const comparison = compareReports({ ...report, targets: [] }, { ...report, targets });
  const known = compareReports(
    { ...report, targets: targets.map((target) => ({ ...target, causes: [] })) },
    { ...report, targets },
  );

  test('Markdown keeps its shape', () => {
    for (const output of [comparison, known].map(compareMarkdown)) {
      const prose = output.replace(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, '');
      expect(prose).not.toMatch(/<|!\[|(?<!\\)\]\(|:\/\/|www\.|@[a-z]|(?<!&)#\d/i);
      expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u200b]/);
      expect(output.match(/^# .*$/gm)).toEqual(['# bpfcompat Compatibility Diff']);
      expect(output.match(/^\| .*$/gm)?.every((row) => row.replace(/\\\|/g, '').split('|').length === 8)).toBe(true);
    }
  });

  test('the terminal gets no control and no command', () => {
    const output = baselineText({ artifacts: [artifact(text)], baseline: [comparison] }, { width: 80, color: false });
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(output).not.toMatch(/^::|##\[/m);
  });
});
