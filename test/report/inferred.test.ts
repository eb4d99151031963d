import { describe, expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import { badge } from '../../src/report/badge.ts';
import { documentCounts } from '../../src/report/document-cells.ts';
import { reportValue } from '../../src/report/json.ts';
import { junit } from '../../src/report/junit.ts';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { stepSummary } from '../../src/report/summary/step-summary.ts';
import { matrixText } from '../../src/report/terminal/text.ts';
import { withInferred } from '../../src/run/inferred-cells.ts';
import { documentOf } from '../fixtures/documents.ts';
import { failed, infra, kernelRecord, result, runReport, target } from '../fixtures/run.ts';

const KERNEL = kernelRecord('debian-12-6.1', '6.1.0-40-cloud-amd64');
const TARGETS = [target('debian-12-6.1'), target('debian-13-7.3')];

/** A run in which the first kernel was tested for the second. */
function sampledRun(accepted = false, outcome = result({ artifact: 0, target: 0 }).outcome) {
  const observed = [result({ artifact: 0, target: 0 }, outcome)];
  const inferred = [{ artifact: 0, target: 1, sample: 0, accepted }];
  return runReport({ targets: TARGETS, results: withInferred(observed, inferred, TARGETS) });
}

describe('a kernel that another one stands for', () => {
  test('is no pass of a required kernel, unless the user says so', () => {
    expect(gate(sampledRun())).toMatchObject({ status: 'error', exitCode: 1, inconclusive: true });
    expect(gate(sampledRun(true))).toMatchObject({ status: 'pass', exitCode: 0 });
  });

  test('never fails, and is never accepted as failing', () => {
    const run = sampledRun(true, failed());
    expect(run.results[1]?.outcome).toMatchObject({
      status: 'inferred',
      inference: { verdict: 'fail', accepted: false },
    });
    expect(gate(run)).toMatchObject({ status: 'fail', exitCode: 2, inconclusive: true });
    expect(documentCounts(documentOf(run))).toMatchObject({ failed: 1, inferred: 1 });
  });

  test('is skipped where the facts of the tested kernel are of another build', () => {
    const [cell, release] = [{ artifact: 0, target: 0 }, KERNEL.release];
    const outcomeWith = (facts: string) =>
      withInferred(
        [{ ...result(cell), kernel: KERNEL }],
        [{ artifact: 0, target: 1, sample: 0, release: facts, accepted: true }],
        TARGETS,
      )[1]?.outcome;
    expect(outcomeWith(release)).toMatchObject({ status: 'inferred', inference: { verdict: 'pass' } });
    expect(outcomeWith('5.10.0-1')).toMatchObject({
      status: 'skipped',
      reason: `not tested: debian-12-6.1 is ${release}, and its facts are of 5.10.0-1; remove debian-12-6.1.facts, and it is made again`,
    });
  });

  test('is skipped where the kernel that was tested has no result', () => {
    const run = sampledRun(true, infra());
    expect(run.results[1]?.outcome).toMatchObject({
      status: 'skipped',
      reason: 'not tested: debian-12-6.1 stands for it, and has no result',
    });
    expect(gate(run)).toMatchObject({ exitCode: 1 });
  });

  test.each([true, false])('has a status of its own in every format (accepted: %s)', (accepted) => {
    const run = sampledRun(accepted);
    const document = documentOf(run);
    const words = 'inferred from debian-12-6.1, which passes';
    expect(matrixText(run, { width: 100, color: false })).toMatch(/ pass +infer\n[\s\S]*1 pass, 1 inferred/);
    expect(reportMarkdown(run, 0, gate(run))).toContain(words);
    expect(reportValue(run, 0, gate(run), { json: '' }).summary.complete).toBe(false);
    expect(document.cases[0]?.targets[1]).toMatchObject({
      status: 'inferred',
      inference: { from: 'debian-12-6.1', verdict: 'pass', accepted },
    });
    expect(junit(document)).toMatch(
      accepted ? /<skipped message="not tested; inferred/ : /<error message="not tested; inferred/,
    );
    expect(JSON.parse(badge(document))).toMatchObject({
      message: '1/2 kernels',
      color: accepted ? 'yellow' : 'lightgrey',
    });
    const text = stepSummary(document);
    expect(text).toContain('〰️');
    if (accepted) expect(text).toMatch(/^## 🟡 .*1 of 2 inferred/);
  });
});
