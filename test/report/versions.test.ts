import { describe, expect, test } from 'vitest';
import { comparedWith } from '../../src/api/baseline.ts';
import { gate } from '../../src/gate/gate.ts';
import type { Outcome } from '../../src/model/cell.ts';
import { reportValue } from '../../src/report/json.ts';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { recordedRun } from '../../src/report/recorded.ts';
import { versionRows } from '../../src/report/version-rows.ts';
import { collectionVersionsMarkdown, versionsText } from '../../src/report/versions.ts';
import { artifact, failed, infra, result, runReport, target } from '../fixtures/run.ts';

const IDS = ['debian-11-5.10', 'debian-12-6.1', 'debian-13-6.12', 'debian-13-7.3'];
const pass: Outcome = { status: 'pass', findings: [] };

function runOf(outcomes: readonly Outcome[]) {
  return runReport({
    artifacts: [artifact('x.bpf.o')],
    targets: IDS.map((id) => target(id)),
    results: outcomes.map((outcome, index) => result({ artifact: 0, target: index }, outcome)),
  });
}

/** The current version against the older one. */
function compared(before: readonly Outcome[] | undefined, after: readonly Outcome[]) {
  const run = runOf(after);
  const older = before && { name: 'x', artifact: 'x.bpf.o', report: recordedRun(runOf(before), 0) };
  return { ...run, baseline: comparedWith(run, [older]), versions: { baseline: 'v1', current: 'v2' } };
}

describe('versions of an object', () => {
  const run = compared([pass, failed(), pass, infra()], [failed(), pass, pass, pass]);

  test('are the same, better, worse or not known on each kernel', () => {
    expect(versionRows(run, 0)?.map(({ change }) => change)).toEqual([
      'regression',
      'improvement',
      'same',
      'inconclusive',
    ]);
  });

  test('stand in a table on the terminal, in Markdown and in JSON', () => {
    expect(
      versionsText(run, { width: 100 })
        .split('\n')
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      [''],
      ['OBJECT', 'KERNEL', 'BASELINE v1', 'CURRENT v2', 'CHANGE'],
      ['x.bpf.o', 'debian-11-5.10', 'pass', 'fail', 'regression'],
      ['x.bpf.o', 'debian-12-6.1', 'fail', 'pass', 'improvement'],
      ['x.bpf.o', 'debian-13-6.12', 'pass', 'pass'],
      ['x.bpf.o', 'debian-13-7.3', 'infra_error', 'pass', 'inconclusive'],
      ['1 regression, 1 improvement, 1 inconclusive, 1 same'],
      [''],
    ]);
    const verdict = gate(run);
    expect(reportMarkdown(run, 0, verdict)).toContain('| `debian-11-5.10` | pass | fail | regression |');
    expect(collectionVersionsMarkdown(run).join('\n')).toContain(
      '| `x.bpf.o` | `debian-12-6.1` | fail | pass | improvement |',
    );
    expect(reportValue(run, 0, verdict, { json: '' }).versions).toMatchObject({
      baseline: 'v1',
      current: 'v2',
      targets: [{ profile_id: 'debian-11-5.10', baseline: 'pass', current: 'fail', change: 'regression' }, {}, {}, {}],
    });
  });

  test('have columns of their own where they are neither the oldest nor judged', () => {
    const statuses = [{ [IDS[0] ?? '']: 'fail', [IDS[1] ?? '']: 'pass', [IDS[2] ?? '']: 'pass' }];
    const more = { ...run, versions: { baseline: 'v1', between: [{ label: 'v1.5', statuses }], current: 'v2' } };
    const lines = versionsText(more, { width: 100 }).split('\n');
    const words = lines.slice(1, 5).map((line) => line.trim().split(/ {2,}/));
    expect(words).toEqual([
      ['OBJECT', 'KERNEL', 'BASELINE v1', 'v1.5', 'CURRENT v2', 'CHANGE'],
      ['x.bpf.o', 'debian-11-5.10', 'pass', 'fail', 'fail', 'regression'],
      ['x.bpf.o', 'debian-12-6.1', 'fail', 'pass', 'pass', 'improvement'],
      ['x.bpf.o', 'debian-13-6.12', 'pass', 'pass', 'pass'],
    ]);
    const verdict = gate(more);
    expect(reportMarkdown(more, 0, verdict)).toContain('| `debian-13-7.3` | infra_error | \\- | pass | inconclusive |');
    expect(reportValue(more, 0, verdict, { json: '' }).versions).toMatchObject({
      between: ['v1.5'],
      targets: [{ between: ['fail'] }, {}, {}, { between: [null] }],
    });
  });

  test('may lack an object', () => {
    const fresh = compared(undefined, [pass, pass, pass, failed()]);
    expect(versionRows(fresh, 0)).toContainEqual({
      ...{ profile: 'debian-13-7.3', baseline: '', between: [], current: 'fail', change: 'new_object' },
    });
  });

  test('are no part of a run of one', () => {
    expect(versionRows(runOf([pass]), 0)).toBeUndefined();
    expect(versionsText(runOf([pass]), { width: 80 })).toBe('');
    expect(reportValue(runOf([pass]), 0, gate(run), { json: '' }).versions).toBeUndefined();
  });
});
