import { describe, expect, test } from 'vitest';
import { contradiction, type Known, withoutContradiction } from '../../src/classify/contradictions.ts';
import type { Outcome } from '../../src/model/cell.ts';
import type { Evidence, Stage } from '../../src/model/evidence.ts';
import type { ObjectFacts } from '../../src/object/facts.ts';
import * as fx from '../fixtures/evidence.ts';

const SECTION = 'tracepoint/syscalls/sys_enter_execve';

function facts(...programs: readonly { name: string; section?: string; autoload?: boolean }[]): ObjectFacts {
  const read = programs.map((program) => ({ section: SECTION, autoload: true, ...program }));
  return { ok: true, problems: [], programs: read } as unknown as ObjectFacts;
}

const known: Known = { facts: facts({ name: 'handle_exec' }), tuning: [], tests: [], attaches: true };
const good = fx.reported(fx.passing());

function said(...stages: Stage[]): Evidence {
  return fx.reported(fx.evidence(stages));
}

type Row = Record<string, unknown>;

function edited(change: (document: Row & { load: Row; discovery: { programs: Row[] } }) => void): Evidence {
  const document = JSON.parse(good.document!);
  change(document);
  return { ...good, document: JSON.stringify(document) };
}

test('an honest response has no contradiction', () => {
  expect(contradiction(good, known)).toBeUndefined();
  expect(contradiction(fx.reported(fx.verifierFailure('bad')), known)).toBeUndefined();
  expect(contradiction(fx.reported(fx.missingRingbuf('5.4.0')), known)).toBeUndefined();
  expect(withoutContradiction({ status: 'pass', findings: [] }, good, known)).toEqual({ status: 'pass', findings: [] });
});

describe('against the object', () => {
  test.each([
    ['a program that is not listed', facts({ name: 'handle_exec' }, { name: 'victim' }), 'does not list it'],
    ['another section', facts({ name: 'handle_exec', section: 'kprobe/x' }), 'is in section kprobe/x'],
    ['a program too many', facts(), 'the object has 0 programs'],
  ])('%s', (_name, own, words) => {
    expect(contradiction(good, { ...known, facts: own })).toContain(words);
  });

  test.each([
    ['long', `${'a'.repeat(255)}ä_of_the_object`, 'a'.repeat(255)],
    ['invisible', 'on_exec\u202e\n\u001b[31mred', 'on_exec\nred'],
  ])('%s names are compared as a response can have them', (_name, own, reported) => {
    const open = fx.open({ programs: [fx.programFacts(reported)] });
    const evidence = said(open, fx.program(reported), fx.load(), fx.attach(reported), fx.exit());
    expect(contradiction(evidence, { ...known, facts: facts({ name: own }) })).toBeUndefined();
    expect(contradiction(evidence, { ...known, facts: facts({ name: `x${own}` }) })).toContain('does not list it');
  });

  test('the document is compared without what cannot be seen in the stages either', () => {
    const open = fx.open({ programs: [fx.programFacts('on_exec')] });
    const evidence = said(open, fx.program('on_exec'), fx.load(), fx.attach('on_exec'), fx.exit());
    const asNamed = (name: string) => ({
      ...evidence,
      document: evidence.document?.replaceAll('"on_exec"', `"${name}"`),
    });
    const own = { ...known, facts: facts({ name: 'on_exec' }) };
    expect(contradiction(asNamed('on_\\u202eexec'), own)).toBeUndefined();
    expect(contradiction(asNamed('on_other'), own)).toContain("the validator's document");
  });

  test('a program that is loaded by default and reported as opt-in, unless the request says so', () => {
    const open = fx.open({ programs: [fx.programFacts('handle_exec', { autoload: false })] });
    const off = said(open, fx.program('handle_exec'), fx.load(), fx.attach('handle_exec'), fx.exit());
    expect(contradiction(off, known)).toContain('loaded by default');
    expect(contradiction(off, { ...known, tuning: ['set_autoload=handle_exec=off'] })).toBeUndefined();
  });

  test('an object that the host cannot read to its end proves nothing', () => {
    const cut = { ...facts({ name: 'other' }), problems: ['cut'] };
    expect(contradiction(good, { ...known, facts: cut })).toBeUndefined();
  });
});

test('programs of one name in two sections are distinguished', () => {
  const twins = [
    { name: 'twin', section: 'tc', autoload: false },
    { name: 'twin', section: 'xdp' },
  ];
  const opened = twins.map(({ name, ...part }) => fx.programFacts(name, part));
  const stages = [
    fx.open({ programs: opened }),
    ...twins.map(({ section }) => fx.program('twin', { section, alone: section === 'tc' })),
    fx.load(),
    fx.attach('twin', { section: 'tc', status: 'skipped' }),
    fx.attach('twin', { section: 'xdp' }),
    fx.exit(),
  ];
  expect(contradiction(said(...stages), { ...known, facts: facts(...twins) })).toBeUndefined();
});

test('programs of one name in one section are reported one by one, and the worst of them counts', () => {
  const twins = [{ name: 'twin' }, { name: 'twin' }];
  const program = (status: 'pass' | 'fail') => fx.program('twin', { status, section: SECTION });
  const attach = (status: 'pass' | 'fail') => fx.attach('twin', { status, section: SECTION });
  const respond = (...stages: Stage[]) => [
    fx.open({ programs: twins.map(({ name }) => fx.programFacts(name, { section: SECTION })) }),
    ...stages,
    fx.exit(),
  ];
  const found = (...stages: Stage[]) =>
    contradiction(said(...respond(...stages)), { ...known, facts: facts(...twins) });
  const loaded = [program('pass'), program('pass'), fx.load()];
  expect(found(...loaded, attach('pass'), attach('pass'))).toBeUndefined();
  expect(found(program('pass'), fx.load(), attach('pass'), attach('pass'))).toMatch(/says nothing about its program/);
  expect(found(...loaded, attach('pass'))).toMatch(/does not say whether program twin was attached/);
  for (const order of [['pass', 'fail'] as const, ['fail', 'pass'] as const]) {
    const reported = [...order.map(program), fx.load()];
    expect(found(...reported, attach('fail'), attach('fail'))).toMatch(/its program twin was not/);
    expect(found(...reported, attach('pass'), attach('fail'))).toBeDefined();
  }
});

describe('within the stages', () => {
  const name = 'handle_exec';
  test.each<[string, Stage[], string]>([
    ['no word about a program', [fx.open(), fx.load(), fx.exit()], 'says nothing about its program handle_exec'],
    ['a program that failed', [fx.open(), fx.program(name, { status: 'fail' }), fx.load(), fx.exit()], 'was not'],
    ['a program left out', [fx.open(), fx.program(name, { status: 'skipped' }), fx.load(), fx.exit()], 'was not'],
    ['no word about an attach', [fx.open(), fx.program(name), fx.load(), fx.exit()], 'whether program handle_exec was'],
    ['attached without load', [fx.open(), fx.attach(name), fx.load(), fx.exit()], 'does not say that it was loaded'],
    ['a program of nobody', [fx.open(), fx.program('ghost'), fx.load(), fx.exit()], 'ghost that it did not open'],
  ])('%s', (_name, stages, words) => {
    expect(contradiction(said(...stages), known)).toContain(words);
  });

  test('a variant that failed its trial', () => {
    const failed = fx.program(name, { status: 'fail', alone: true });
    const respond = said(fx.open(), failed, fx.load(), fx.attach(name, { status: 'skipped' }), fx.exit());
    expect(contradiction(respond, { ...known, tuning: [`prog_variants=g=other,${name}:trial`] })).toBeUndefined();
  });
});

describe('against the plan', () => {
  const tests = [fx.functionalTest('one'), fx.functionalTest('two', { expectExitCode: 3 })];
  const second = fx.functional('two', { expected_exit_code: 3, exit_code: 3 });
  const respond = (...results: Stage[]) =>
    said(fx.open(), fx.program('handle_exec'), fx.load(), fx.attach('handle_exec'), ...results, fx.exit());

  test('what was requested, in its order', () => {
    expect(contradiction(respond(fx.functional('one'), second), { ...known, tests })).toBeUndefined();
  });

  test.each<[string, Stage[], string]>([
    ['another order', [second, fx.functional('one')], 'test one was due'],
    ['another command', [fx.functional('one', { command: 'x' })], 'not the one it was sent'],
    ['another expected code', [fx.functional('one', { expected_exit_code: 1, exit_code: 1 })], 'another exit code'],
    ['a pass with another code', [fx.functional('one', { exit_code: 1 })], 'ended with exit code 1'],
    ['a pass that timed out', [fx.functional('one', { timed_out: true })], 'timed out'],
    ['optional', [fx.functional('one', { required: false })], 'took it for optional'],
    ['a test too many', [fx.functional('one'), second, fx.functional('three')], 'not in the plan'],
  ])('%s', (_name, results, words) => {
    expect(contradiction(respond(...results), { ...known, tests })).toContain(words);
  });
});

describe('against the document', () => {
  test.each<[string, Evidence, string]>([
    ['no document', { ...good, document: undefined }, 'is missing'],
    ['no JSON', { ...good, document: '{' }, 'cannot be read'],
    ['the result', edited((d) => (d['status'] = 'fail')), 'the result is pass in the stages and fail'],
    ['the load', edited((d) => (d.load['status'] = 'fail')), 'the load is pass'],
    ['a load', edited((d) => (d.discovery.programs[0]!['load_status'] = 'fail')), 'the load of program handle_exec'],
    ['an attach', edited((d) => (d.discovery.programs[0]!['attach_status'] = 'fail')), 'the attach of program'],
    ['a program', edited((d) => (d.discovery.programs = [])), 'the number of programs'],
    ['no shape', { ...good, document: '{"discovery":7}' }, 'the result is pass'],
  ])('%s', (_name, respond, words) => {
    expect(contradiction(respond, known)).toContain(words);
    expect(withoutContradiction({ status: 'pass', findings: [] }, respond, known)).toMatchObject({
      status: 'infra_error',
      cause: 'protocol',
    });
  });
});

test('a failure that was reported stays one, with a remark', () => {
  const fail: Outcome = { status: 'fail', failedStage: 'attach', findings: [] };
  const respond = edited((d) => (d['status'] = 'fail'));
  expect(withoutContradiction(fail, respond, known)).toMatchObject({
    status: 'fail',
    findings: [{ code: 'RESPONSE_UNRELIABLE', decisive: false, args: { reason: 'contradiction' } }],
  });
});
