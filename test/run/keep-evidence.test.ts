import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../src/model/bytes-of.ts';
import type { CellResult } from '../../src/model/cell.ts';
import type { Stage } from '../../src/model/evidence.ts';
import type { Finding } from '../../src/model/finding.ts';
import { reportJson } from '../../src/report/json.ts';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { createKeeper, KEEP_LIMITS } from '../../src/run/keep-evidence.ts';
import { evidence, exit, functional, load, open, program, programFacts, step } from '../fixtures/evidence.ts';
import * as fixtures from '../fixtures/run.ts';

const LOG = `${'12: (79) r1 = *(u64 *)(r6 +8)\n'.repeat(8000)}processed 9 insns (limit 1000000)\n`;
const PASS = { status: 'pass', exitCode: 0, reasons: [] } as const;

function cell(stages: readonly Stage[]): CellResult {
  return fixtures.result({ artifact: 0, target: 0 }, undefined, { evidence: { ...evidence(stages), document: '{}' } });
}

/** A cell with so many failing programs, each with a log of about 240 KB; its findings are those of the classifier. */
function failing(count: number): CellResult {
  const names = Array.from({ length: count }, (_, index) => `p${index}`);
  const stages: Stage[] = [
    open({ programs: names.map((name) => programFacts(name)) }),
    ...names.flatMap((name) => [
      step('load', name),
      program(name, { status: 'fail', errno: -13, log: LOG, verifier_log_tail: LOG }),
    ]),
    load({ status: 'fail', errno: -13 }),
    exit({ code: 2 }),
  ];
  return fixtures.requested({ artifact: 0, target: 0 }, { ...evidence(stages), document: '{}' }, 'debian-12-6.1');
}

function documents(result: CellResult): string[] {
  const run = fixtures.runReport({ results: [result] });
  const paths = { json: 'report.json' };
  return [reportJson(run, 0, PASS, paths), reportMarkdown(run, 0, PASS)];
}

describe('what stays in memory of the evidence of a run', () => {
  it('is everything of a usual cell', () => {
    const keeper = createKeeper();
    const result = failing(2);
    expect(keeper.keep(result)).toBe(result);
    const untested = { ...result, evidence: undefined };
    expect(keeper.keep(untested)).toBe(untested);
  });

  it('is what reports show of a cell that said much: they are the same, byte for byte', () => {
    const keeper = createKeeper();
    const result = failing(40);
    const kept = keeper.keep(result);
    expect(bytesOf(result.evidence)).toBeGreaterThan(KEEP_LIMITS.cellBytes);
    expect(bytesOf(kept.evidence)).toBeLessThan(300_000);
    expect(kept.shortened).toBeUndefined();
    expect(documents(kept)).toEqual(documents(result));
    // Cut strings hold on to what they were cut from: nothing of the kept result may be one.
    expect(kept.outcome).toEqual(result.outcome);
    expect(kept.outcome).not.toBe(result.outcome);
  });

  it('never grows beyond the bounds of the run, whatever the cells say', () => {
    const limits = { cellBytes: 500_000, leanBytes: 200_000, runBytes: 1_000_000, floorBytes: 20_000 };
    const keeper = createKeeper(limits);
    const [small, large] = [failing(1), failing(30)];
    const kept = [
      ...Array.from({ length: 5 }, () => keeper.keep(small)),
      ...Array.from({ length: 20 }, () => keeper.keep(large)),
      keeper.keep(cell([open(), functional('t', { stdout_tail: 'x'.repeat(8192) }), exit()])),
    ];
    const weight = kept.reduce((sum, { evidence, outcome }) => sum + bytesOf(evidence) + bytesOf(outcome), 0);
    // Beyond the run's bytes each cell has its floor, and the outline of its result.
    expect(weight).toBeLessThan(limits.runBytes + kept.length * 2 * limits.floorBytes);
    expect(kept.at(-1)?.shortened).toBeUndefined();
  });

  it('says so when a report cannot show all, and shows first what failed', () => {
    const limits = { cellBytes: 0, leanBytes: 0, runBytes: 0, floorBytes: 1_500 };
    const names = Array.from({ length: 200 }, (_, index) => `p${index}`);
    const stages: Stage[] = [
      open({ programs: names.map((name) => programFacts(name)) }),
      ...names.map((name) => program(name, { status: name === 'p150' ? 'fail' : 'pass' })),
      load({ status: 'fail' }),
      exit({ code: 2 }),
    ];
    const kept = createKeeper(limits).keep(cell(stages));
    const reported = kept.evidence?.stages ?? [];
    expect(reported.map(({ stage }) => stage)).toEqual(expect.arrayContaining(['open', 'load', 'exit']));
    const programs = reported.filter((stage) => stage.stage === 'program');
    expect(programs.map(({ name }) => name)).toContain('p150');
    expect(programs.length).toBeLessThan(10);
    expect(kept.evidence?.document).toBe('');
    expect(kept.shortened).toMatch(/^the guest said \d\.\d MB about this target, .* stages\.jsonl/);
    expect(documents(kept)[0]).toContain('shortened: the guest said');
  });

  it('bounds findings as well, causes first, and nothing that is declared stands for those it leaves out', () => {
    const limits = { cellBytes: 0, leanBytes: 0, runBytes: 0, floorBytes: 20_000 };
    const result = failing(200);
    const { outcome } = result;
    if (outcome.status !== 'fail') throw new Error('it fails');
    const note = { ...(outcome.findings[0] as Finding), decisive: false };
    const kept = createKeeper(limits).keep({
      ...result,
      outcome: { ...outcome, findings: [note, ...outcome.findings] },
    });
    if (kept.outcome.status !== 'fail') throw new Error('it fails still');
    const { findings } = kept.outcome;
    const last = findings.at(-1) as Finding;
    expect(bytesOf(kept.outcome)).toBeLessThan(limits.floorBytes);
    expect(findings.slice(0, -1)).toEqual(outcome.findings.slice(0, findings.length - 1));
    expect(last).toMatchObject({ code: 'RESPONSE_UNRELIABLE', decisive: true, args: { reason: 'left_out' } });
    expect(last.args['why']).toBe(`${202 - findings.length} more findings`);
    expect(documents(kept)[1]).toContain(`the guest reported ${202 - findings.length} more findings`);
  });

  it('keeps an earlier reason', () => {
    const limits = { cellBytes: 0, leanBytes: 0, runBytes: 0, floorBytes: 0 };
    const kept = createKeeper(limits).keep({ ...failing(1), shortened: 'logs were cut' });
    expect(kept.shortened).toMatch(/^logs were cut; the guest said/);
  });
});
