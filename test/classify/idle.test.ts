import { expect, test } from 'vitest';
import { alteringIn } from '../../src/classify/altering.ts';
import { idleFindings, unloadedFindings } from '../../src/classify/idle.ts';
import * as fx from '../fixtures/evidence.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`);

function seconds(work: () => unknown): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}

test('programs that were not attached are one finding per reason, about the first of them', () => {
  const idle = (name: string, reason: string) => fx.attach(name, { status: 'skipped', reason });
  const found = idleFindings([
    idle('a', 'loaded; names no target'),
    idle('b', 'loaded; is run on demand'),
    idle('c', 'loaded; names no target'),
    idle('d', 'not loaded: opt-in'),
  ]);
  expect(found.map(({ subject, args }) => [subject, args['program'], args['reason']])).toEqual([
    ['a', 'a, c', 'no_target'],
    ['b', 'b', 'on_demand'],
  ]);
});

test('twenty thousand programs are no work: each is looked at once', () => {
  const many = names(20_000);
  const stages = many.map((name) => fx.attach(name, { status: 'skipped', reason: 'loaded; names no target' }));
  expect(seconds(() => idleFindings(stages))).toBeLessThan(1);

  const read = many.map((name) => ({ name, section: 'xdp', uses: ['bpf_probe_write_user'] }));
  const evidence = fx.evidence([fx.load(), ...many.map((name) => fx.step('attach', name))]);
  const took = seconds(() => expect(alteringIn(evidence, read).size).toBe(20_000));
  expect(took).toBeLessThan(1);
});

test('an object of many programs that are all left out names the first of them, and how many more there are', () => {
  const programs = names(23).map((name) => fx.programFacts(name, { autoload: false }));
  const [found] = unloadedFindings(fx.evidence([fx.open({ programs }), fx.load()]), []);
  expect(found?.args['names']).toMatch(/^p0, p1, .*, p19, and 3 more$/);
});
