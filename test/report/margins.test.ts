import { expect, test } from 'vitest';
import { percent, thousands } from '../../src/report/cost-text.ts';
import { reportJson } from '../../src/report/json.ts';
import { costsOf, notablePrograms } from '../../src/report/margins.ts';
import { marginLines } from '../../src/report/markdown-margins.ts';
import { targetViews } from '../../src/report/view.ts';
import { documentOf } from '../fixtures/documents.ts';
import * as fx from '../fixtures/evidence.ts';
import { requested, runReport, target } from '../fixtures/run.ts';

/** One object on two kernels; program `pN` costs N % of the limit on the first and half of that on the second. */
function runOf(shares: readonly number[]) {
  const targets = [target('debian-11-5.10'), target('debian-13-7.3')];
  const names = shares.map((share, index) => `p${index}_${share}`);
  return runReport({
    targets,
    results: targets.map(({ profile }, index) =>
      requested(
        { artifact: 0, target: index },
        fx.evidence(
          [
            fx.open({ programs: names.map((name) => fx.programFacts(name)) }),
            ...names.map((name, i) =>
              fx.program(name, {
                verified_insns: ((shares[i] ?? 0) * 10_000) / (index + 1),
                total_states: 900,
                peak_states: 80,
                stack_bytes: 96,
              }),
            ),
            fx.load(),
            ...names.map((name) => fx.attach(name)),
            fx.exit(),
          ],
          fx.hello({ release: index === 0 ? '5.10.0-46-cloud-amd64' : '7.3.4+deb13-cloud-amd64' }),
        ),
        profile.id,
      ),
    ),
  });
}

test('all programs above a quarter of the limit are shown, else the five most expensive', () => {
  const names = (shares: readonly number[]): string[] =>
    notablePrograms(costsOf(targetViews(runOf(shares), 0))).programs.map(({ name }) => name);
  expect(names([1, 2, 3, 4, 5, 6, 7])).toEqual(['p6_7', 'p5_6', 'p4_5', 'p3_4', 'p2_3']);
  expect(names([30, 31, 32, 33, 34, 35, 1])).toHaveLength(6);
  expect(names([])).toEqual([]);
});

test('Markdown: a row per program, a column per kernel, and the highest of each', () => {
  const lines = marginLines(targetViews(runOf([80, 1]), 0));
  expect(lines).toContain('| Program | 5.10 | 7.3 |');
  expect(lines).toContain('| `p0_80` | 800,000 (80.0 %) | 400,000 (40.0 %) |');
  expect(lines).toContain(
    '| `p0_80` | 800,000 of 1,000,000 (80.0 %) on 5.10 | 900 on 5.10 | 80 on 5.10 | 96 bytes on 5.10 | 0.9 ms on 5.10 |',
  );
  const eight = marginLines(targetViews(runOf([1, 1, 1, 1, 1, 1, 1, 1]), 0));
  expect(eight).toContain('3 cheaper programs stand in the JSON report.');
});

test('JSON has every program', () => {
  const run = runOf([1, 1, 1, 1, 1, 1, 1, 80]);
  const report = JSON.parse(reportJson(run, 0, { status: 'pass', exitCode: 0, reasons: [] }, { json: '/r.json' }));
  expect(report.targets[0].programs).toHaveLength(8);
  expect(report.targets[0].programs[7]).toMatchObject({
    verified_insns: 800_000,
    insn_limit: 1_000_000,
    total_states: 900,
    peak_states: 80,
    stack_bytes: 96,
    load_us: 900,
  });
});

test('a rejected program reports what its log says', () => {
  const log = 'BPF program is too large. Processed 131073 insn\nprocessed 131073 insns (limit 131072)';
  const run = runReport({
    results: [requested({ artifact: 0, target: 0 }, fx.verifierFailure(log, fx.hello({ release: '5.0.0' })), 'x')],
  });
  expect(costsOf(targetViews(run, 0))).toMatchObject([{ insns: 131_073, limit: 131_072 }]);
});

test('numbers read well', () => {
  expect([0, 999, 1000, 1234567].map(thousands)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([undefined, 0, 0.0001, 0.5, 1].map(percent)).toEqual(['', '0.0 %', '<0.1 %', '50.0 %', '100.0 %']);
});

test('a log that states a limit of 0 states none: what a guest prints makes no report unreadable', () => {
  const evidence = fx.verifierFailure('processed 5 insns (limit 0)');
  const run = runReport({ results: [requested({ artifact: 0, target: 0 }, evidence, 'debian-12-6.1')] });
  const [program] = documentOf(run).cases[0]?.targets[0]?.programs ?? [];
  expect(program).toMatchObject({ load_status: 'fail', verified_insns: 0 });
});
