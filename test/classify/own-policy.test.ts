import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import * as fx from '../fixtures/evidence.ts';

const LSM = { section: 'lsm/bpf', type: 'lsm' };

/** Why a program cannot be attached behind one of the same object that is on the hook of all calls of bpf. */
function cause(section: string, lockdown: string, lsm = LSM) {
  const programs = [fx.programFacts('denies', lsm), fx.programFacts('probes', { section, type: 'kprobe' })];
  const stages = [
    fx.open({ programs }),
    fx.program('denies', { section: lsm.section }),
    fx.program('probes', { section }),
    fx.load(),
    fx.attach('denies', { section: lsm.section }),
    fx.attach('probes', { section, status: 'fail', errno: -1 }),
    fx.exit({ code: 0 }),
  ];
  const outcome = classify({
    evidence: fx.evidence(stages, fx.hello({ facts: { lockdown } })),
    attachMode: 'best-effort',
    validationMode: '',
    programs: [],
    functionalTests: [],
  });
  const findings = 'findings' in outcome ? outcome.findings : [];
  return findings.find(({ subject }) => subject === 'probes')?.args['reason'];
}

test.each([
  ['kprobe/do_unlinkat', '[none] integrity confidentiality', 'own_program'],
  ['kprobe/do_unlinkat', 'none [integrity] confidentiality', 'own_program'],
  // Lockdown forbids single probes whoever else says so, and a change of the object would not help.
  ['kprobe/do_unlinkat', 'none integrity [confidentiality]', 'lockdown'],
  ['kretprobe/do_unlinkat', 'none integrity [confidentiality]', 'lockdown'],
  ['uprobe//bin/sh:main', 'none integrity [confidentiality]', 'own_program'],
])('a denied attach to %s with lockdown %s: %s', (section, lockdown, reason) => {
  expect(cause(section, lockdown)).toBe(reason);
});

test.each(['bpf_map', 'bpf_prog'])('%s decides when a descriptor is made, and attaching makes none of it', (hook) => {
  const lsm = { section: `lsm/${hook}`, type: 'lsm' };
  expect(cause('kprobe/do_unlinkat', '[none] integrity confidentiality', lsm)).not.toBe('own_program');
});
