import { describe, expect, it } from 'vitest';
import { targetNotes } from '../../src/report/notes.ts';
import { targetViews } from '../../src/report/view.ts';
import { hello, passing } from '../fixtures/evidence.ts';
import * as fixtures from '../fixtures/run.ts';

function notes(expectedBtf: boolean | undefined, btf: boolean): string[] {
  const { profile, ...target } = fixtures.target('debian-12-6.1');
  const result = fixtures.result({ artifact: 0, target: 0 }, undefined, { evidence: passing(hello({ btf })) });
  const run = fixtures.runReport({ targets: [{ ...target, profile: { ...profile, expectedBtf } }], results: [result] });
  return targetViews(run, 0).flatMap(targetNotes);
}

describe('expected_btf', () => {
  it.each([
    [true, false, 'has no BTF'],
    [false, true, 'has BTF'],
  ])('%s with a guest where it is %s is reported', (expected, btf, words) => {
    expect(notes(expected, btf).join('\n')).toMatch(new RegExp(`expected_btf: ${expected} in .*${words}`));
  });

  it.each([
    [true, true],
    [false, false],
    [undefined, false],
  ])('%s with a guest where it is %s is not a news', (expected, btf) => {
    expect(notes(expected, btf).join('\n')).not.toContain('expected_btf');
  });
});

it('a family that is not a number is reported as not compared', () => {
  const { profile, ...target } = fixtures.target('debian-sid-latest');
  const result = fixtures.result({ artifact: 0, target: 0 }, undefined, { evidence: passing(hello()) });
  const run = fixtures.runReport({ targets: [{ ...target, profile }], results: [result] });
  const reported = `kernel_family latest in ${profile.file} is not a number, so it was not compared with this kernel (`;
  expect(targetViews(run, 0).flatMap(targetNotes).join('\n')).toContain(reported);
  expect(notes(undefined, true).join('\n')).not.toContain('kernel_family');
});

it('evidence that is not whole is reported', () => {
  const result = fixtures.result({ artifact: 0, target: 0 }, undefined, { shortened: 'the guest said too much' });
  const run = fixtures.runReport({ results: [result] });
  expect(targetViews(run, 0).flatMap(targetNotes)).toContain('shortened: the guest said too much');
});
