import { describe, expect, test } from 'vitest';
import { alteringIn, withAltering } from '../../src/classify/altering.ts';
import type { ClassifyInput } from '../../src/classify/classify.ts';
import { classifyWhole, failureBeside } from '../../src/classify/proven.ts';
import { words } from '../../src/findings/words.ts';
import type { Outcome } from '../../src/model/cell.ts';
import type { Stage } from '../../src/model/evidence.ts';
import * as fx from '../fixtures/evidence.ts';

const PASS: Outcome = { status: 'pass', findings: [] };
const writer = { name: 'writes', section: 'tracepoint/x', uses: ['bpf_probe_write_user'] };
const alters = [{ program: 'writes', uses: ['bpf_probe_write_user'] }];
const open = fx.open({ programs: [fx.programFacts('plain'), fx.programFacts('writes')] });
const loaded = [open, fx.program('plain'), fx.program('writes')];

function said(...stages: Stage[]) {
  return fx.reported(fx.evidence(stages));
}

describe('programs that can alter what is observed', () => {
  const attached = said(...loaded, fx.load({ alters }), fx.attach('plain'), fx.attach('writes'), fx.exit());

  test('the host and the guest name them; what was not loaded is none', () => {
    const other = { ...writer, name: 'absent' };
    expect([...alteringIn(attached, [other])]).toEqual([['writes', ['bpf_probe_write_user']]]);
    const silent = said(...loaded, fx.load(), fx.attach('plain'), fx.attach('writes'), fx.exit());
    expect([...alteringIn(silent, [writer, other])]).toEqual([['writes', ['bpf_probe_write_user']]]);
    expect(alteringIn(said(open, fx.loadFailed(), fx.exit({ code: 2 })), [writer]).size).toBe(0);
  });

  test('a pass is marked with what it rests on', () => {
    const outcome = withAltering(PASS, attached, [writer]);
    expect(outcome).toMatchObject({
      status: 'pass',
      findings: [{ code: 'RESULTS_CAN_BE_ALTERED', decisive: false, subject: 'writes', args: { attaches: 'writes' } }],
    });
    if (outcome.status !== 'pass' || !outcome.findings[0]) throw new Error('no finding');
    const { title, explanation } = words(outcome.findings[0]);
    expect(title).toContain('program writes could alter what the guest reports');
    expect(explanation).toMatch(/can alter: how writes attached; what the kernel logged from then on\.$/);
  });

  test('tests count, also where nothing was attached', () => {
    const tested = said(...loaded, fx.load({ alters }), fx.functional('one'), fx.exit());
    expect(withAltering(PASS, tested, [])).toMatchObject({ findings: [{ args: { tests: 'one' } }] });
    const none = said(...loaded, fx.load({ alters }), fx.exit());
    expect(withAltering(PASS, none, [writer])).toBe(PASS);
  });

  test('others are not marked, and failures stay as they are', () => {
    expect(withAltering(PASS, said(...loaded, fx.load(), fx.attach('plain'), fx.exit()), [])).toBe(PASS);
    const fail: Outcome = { status: 'fail', failedStage: 'attach', findings: [] };
    expect(withAltering(fail, attached, [writer])).toBe(fail);
  });
});

describe('a failure that was reported', () => {
  const required = { name: 'plain', section: '', required: true };
  const later = { name: 'writes', section: '', required: true };
  const request = (...stages: Stage[]): ClassifyInput => ({
    evidence: fx.evidence(stages),
    attachMode: 'required',
    programs: [required, later],
    validationMode: 'behavior',
    functionalTests: [fx.functionalTest('one')],
  });
  const infra: Outcome = { status: 'infra_error', cause: 'guest_crash', message: 'the kernel panicked' };
  const failed = fx.attach('plain', { status: 'fail', errno: -2, error: 'No such file or directory' });

  test('stands when the response breaks off', () => {
    const outcome = failureBeside(infra, request(...loaded, fx.load(), failed));
    expect(outcome).toMatchObject({
      status: 'fail',
      failedStage: 'attach',
      findings: [
        { subject: 'plain', decisive: true },
        { code: 'RESPONSE_UNRELIABLE', decisive: false, args: { reason: 'unfinished', why: 'the kernel panicked' } },
      ],
    });
  });

  test('is none when nothing failed until then: what was not reported did not fail', () => {
    expect(failureBeside(infra, request(...loaded, fx.load(), fx.attach('plain')))).toBe(infra);
    expect(failureBeside(infra, request(open))).toBe(infra);
  });

  test.each<[string, Parameters<typeof fx.exit>[0]]>([
    ['was killed', { kind: 'signaled', signal: 9 }],
    ['ran out of time', { kind: 'timeout', signal: 9 }],
  ])('stands when the validator %s after it', (_how, exit) => {
    expect(classifyWhole(request(...loaded, fx.load(), failed, fx.exit(exit)))).toMatchObject({
      status: 'fail',
      failedStage: 'attach',
      findings: [{ subject: 'plain' }, { code: 'RESPONSE_UNRELIABLE', args: { reason: 'unfinished' } }],
    });
    expect(classifyWhole(request(...loaded, fx.load(), fx.exit(exit)))).toMatchObject({ status: 'infra_error' });
  });

  test('is not denied by the end of the response', () => {
    const denied = request(open, fx.program('plain', { status: 'fail', errno: -22 }), fx.loadFailed(), fx.exit());
    expect(classifyWhole(denied)).toMatchObject({ status: 'fail', failedStage: 'load' });
  });
});
