import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import { locateFindings } from '../../src/classify/locate.ts';
import { makeFinding, mergeFindings } from '../../src/classify/make-finding.ts';
import { type ProgramCauses, programCauses } from '../../src/classify/program.ts';
import type { ObjectFacts } from '../../src/object/facts.ts';
import * as fx from '../fixtures/evidence.ts';

/** How often lists are looked into, while a result of `count` programs that all fail is judged. */
function reads(count: number): number {
  let looked = 0;
  const counted = <T extends object>(list: T): T =>
    new Proxy(list, {
      get(target, key) {
        looked++;
        return Reflect.get(target, key);
      },
    });
  const names = Array.from({ length: count }, (_, index) => `prog_${index}`);
  const programs = counted(names.map((name) => fx.programFacts(name)));
  const failed = names.map((name) =>
    fx.program(name, { status: 'fail', errno: -22, verifier_log_tail: '0: (b7) r0 = 0\nR1 invalid mem access\n' }),
  );
  const quiet = names.map((name) => fx.program(`${name}_quiet`, { status: 'fail', errno: -22 }));
  const stages = counted([
    fx.open({ programs }),
    ...failed,
    ...quiet,
    fx.load({ status: 'fail', errno: -22 }),
    fx.exit({ code: 2 }),
  ]);
  const evidence = { hello: fx.hello(), stages, document: undefined };
  const outcome = classify({
    evidence,
    attachMode: 'best-effort',
    programs: [],
    validationMode: '',
    functionalTests: [],
  });
  expect(outcome).toMatchObject({ status: 'fail' });
  const own = names.map((name) => ({ name, section: 'x', helpers: new Map(), maps: [], features: new Map() }));
  const facts = {
    programs: counted(own.map((one) => ({ ...one, externAt: new Map(), layout: { parts: [] } }))),
    ...{ core: [], maps: [], functions: [], problems: [] },
  } as unknown as ObjectFacts;
  locateFindings(outcome, evidence, facts);
  return looked;
}

test('the work on a response grows with its programs and not with their square', () => {
  expect(reads(400) / reads(100)).toBeLessThan(5);
});

test('findings of one cause name each program once, in their order', () => {
  const of = (...programs: string[]) =>
    makeFinding({
      code: 'MISSING_KFUNC',
      confidence: 'medium',
      phase: 'load',
      subject: 'f',
      programs,
      args: { reason: 'strong' },
    });
  const high = { ...of('b', 'c'), confidence: 'high' as const, also: ['g'] };
  const [merged, ...more] = mergeFindings([of('a'), high, of('a'), of('c')]);
  expect(more).toEqual([]);
  expect(merged).toMatchObject({ confidence: 'high', args: { program: 'a, b, c' }, also: ['g'] });
});

test('what was looked into ahead, program by program, is judged the same', () => {
  const names = ['a', 'b', 'c'];
  const stages = [
    fx.open({ programs: names.map((name) => fx.programFacts(name)) }),
    ...names.map((name) =>
      fx.program(name, { status: 'fail', errno: -22, verifier_log_tail: 'R1 invalid mem access\n' }),
    ),
    fx.load({ status: 'fail', errno: -22 }),
    fx.exit({ code: 2 }),
  ];
  const evidence = { hello: fx.hello(), stages, document: undefined };
  let logs = 0;
  const ahead = {
    ...evidence,
    stages: stages.map((stage) =>
      stage.stage !== 'program'
        ? stage
        : Object.defineProperty({ ...stage }, 'verifier_log_tail', {
            get: () => {
              logs++;
              return stage.verifier_log_tail;
            },
          }),
    ),
  };
  const judged = (all: typeof evidence, causes?: ProgramCauses) =>
    classify({
      ...{ evidence: all, attachMode: 'best-effort', programs: [], validationMode: '', functionalTests: [] },
      programCauses: causes,
    });
  const work = programCauses(ahead);
  let step = work.next();
  let steps = 0;
  for (; !step.done; step = work.next()) steps++;
  expect(steps).toBe(3);
  const looked = logs;
  expect(looked).toBeGreaterThan(0);
  const before = judged(ahead, step.value);
  expect(logs).toBe(looked);
  expect(before).toEqual(judged(evidence));
  // Without it a judge looks for himself.
  expect(judged(ahead)).toEqual(before);
  expect(logs).toBeGreaterThan(looked);
});
