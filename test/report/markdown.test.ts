import { describe, expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import type { RunReport } from '../../src/model/report.ts';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { summaryMarkdown } from '../../src/report/summary.ts';
import { expectGolden } from '../fixtures/golden.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { hostileRun, mixedRun, quickRun } from '../fixtures/scenes.ts';

function verdict(run: RunReport, artifact: number) {
  return gate({ targets: run.targets, results: run.results.filter(({ cell }) => cell.artifact === artifact) });
}

const scenes = [
  ['fentry-gone', quickRun(), 1],
  ['attach-warn', quickRun(), 2],
  ['mixed', mixedRun(), 0],
] as const;

test.each(scenes)('golden Markdown %s', (name, run, artifact) => {
  expectGolden(`report/${name}.md`, reportMarkdown(run, artifact, verdict(run, artifact)));
});

test.each(scenes)('golden summary %s', (name, run, artifact) => {
  expectGolden(`summary/${name}.md`, summaryMarkdown(run, artifact, verdict(run, artifact)));
});

test('the words that the contract names', () => {
  const mixed = reportMarkdown(mixedRun(), 0, verdict(mixedRun(), 0));
  expect(mixed).toMatch(/^# bpfcompat Compatibility Report$/m);
  expect(mixed).toMatch(/^## Targets$[\s\S]*^## Target Details$[\s\S]*^## Notes$/m);
  expect(mixed).toContain('Ubuntu 20.04 (5.4) `ubuntu-20.04-5.4`');
  expect(mixed).toMatch(/perf buffer/i);
  expect(reportMarkdown(quickRun(), 2, verdict(quickRun(), 2))).toContain('perf_event');
});

test('a summary can be cut to size and says what it left out', () => {
  const cut = summaryMarkdown(mixedRun(), 0, verdict(mixedRun(), 0), { maxTargets: 2, maxFailures: 1 });
  expect(cut).toContain('2 more targets stand in the report.');
  expect(cut).toContain('3 more stand in the report.');
});

describe.each(HOSTILE.map((text) => [JSON.stringify(text), text] as const))('with %s everywhere', (_name, text) => {
  const run = hostileRun(text);
  const outputs = [reportMarkdown(run, 0, verdict(run, 0)), summaryMarkdown(run, 0, verdict(run, 0))];

  test.each(outputs.map((output, index) => [index, output] as const))('output %i keeps its shape', (index, output) => {
    const outside = output.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '');
    const prose = outside.replace(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, '');
    expect(prose).not.toMatch(/<|!\[|(?<!\\)\]\(|:\/\/|www\.|@[a-z]|(?<!&)#\d/i);
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u200b]/);
    const headings = outside.match(/^#{1,2} .*$/gm) ?? [];
    expect(headings).toEqual(
      index === 0
        ? ['# bpfcompat Compatibility Report', '## Targets', '## Target Details', '## Notes']
        : [
            '# bpfcompat Compatibility Gate',
            '## Failure Classes',
            '## Compatibility Matrix',
            '## Failure Details',
            '## Suggested Next Steps',
            '## Report Notes',
          ],
    );
    const widths = (outside.match(/^\| .*$/gm) ?? []).map((line) => line.replace(/\\\|/g, '').split('|').length);
    expect(new Set(widths).size).toBeLessThanOrEqual(4);
  });
});
