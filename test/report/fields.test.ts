import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Stage } from '../../src/model/evidence.ts';
import { reportJson } from '../../src/report/json.ts';
import * as fx from '../fixtures/evidence.ts';
import { failed, infra, requested, result, runReport, skipped, target } from '../fixtures/run.ts';

const probes = [
  { change: 'no_flags', errno: -22 },
  { change: 'trivial', errno: 0 },
];

const core: Stage = {
  stage: 'core',
  relocations: [
    { program: 'p', insn: 0, kind: 'byte_off', access: 'struct a.b', present: true },
    { program: 'p', insn: 3, kind: 'field_exists', access: 'struct a.c', present: false },
  ],
  dropped: 2,
};

const externs: Stage = {
  stage: 'externs',
  externs: [
    { name: 'bpf_task_release', kind: 'kfunc', weak: true, present: false, module: '' },
    { name: 'CONFIG_HZ', kind: 'kconfig', weak: false, module: 'vmlinux' },
  ],
};

const symbol: Stage = {
  stage: 'symbol',
  name: 'do_unlinkat',
  kind: 'function',
  program: 'p',
  kallsyms: [{ type: 't', module: '' }],
  variants: ['do_unlinkat.isra.0'],
  btf: false,
  btf_module: '',
  traceable: null,
  blacklisted: false,
  category: null,
  near: ['vfs_unlink'],
};

/** A target with every stage that a guest can send. */
function rich() {
  const evidence = fx.evidence([
    fx.open({ programs: [fx.programFacts('p')], maps: [fx.mapFacts('m')] }),
    core,
    externs,
    fx.rejected('p', 'R1 !read_ok\nprocessed 3 insns (limit 1000000)', { total_states: 4, peak_states: 2, probes }),
    fx.mapStage('m', { probes }),
    fx.loadFailed(-22),
    symbol,
    fx.functional('t', {
      status: 'fail',
      exit_code: 1,
      stdout_tail: 'x',
      stderr_tail: 'y',
      error: 'z',
      timed_out: true,
    }),
    fx.exit({ code: 2 }),
  ]);
  const outcome = failed();
  if (outcome.status !== 'fail') throw new Error('the fixture is not a failure');
  const location = { file: 'a.c', line: 1, column: 2, text: 'x', function: 'f', insn: 0, certainty: 'exact' } as const;
  const findings = outcome.findings.map((finding) => ({ ...finding, location, also: ['y'] }));
  return {
    ...requested({ artifact: 0, target: 0 }, { ...evidence, document: '{}' }, 'k'),
    outcome: { ...outcome, findings },
    prediction: { verdict: 'loads', floor: '5.8', why: 'z' } as const,
    retriedAfter: 'boot timed out',
  };
}

function report() {
  const targets = ['debian-12-6.1', 'debian-12-6.2', 'debian-12-6.3'].map((id) => target(id));
  const run = runReport({
    targets,
    flags: ['--max-insns', '80%'],
    results: [rich(), result({ artifact: 0, target: 1 }, infra()), result({ artifact: 0, target: 2 }, skipped())],
  });
  const text = reportJson(
    run,
    0,
    { status: 'fail', exitCode: 2, reasons: ['x'] },
    { json: '/r.json', markdown: '/r.md' },
  );
  return JSON.parse(text);
}

test('evidence of every kind stands in the report', () => {
  const [first] = report().targets;
  expect(first.core_relocations).toEqual({
    present: 1,
    absent: [{ program: 'p', insn: 3, kind: 'field_exists', access: 'struct a.c' }],
    dropped: 2,
  });
  expect(first.externs).toEqual([
    { name: 'bpf_task_release', kind: 'kfunc', weak: true, present: false },
    { name: 'CONFIG_HZ', kind: 'kconfig', module: 'vmlinux' },
  ]);
  const { stage: _, ...reported } = symbol;
  expect(first.symbols).toEqual([reported]);
  expect(first.maps).toEqual([{ name: 'm', type: 'hash', status: 'fail', errno: -22, probes }]);
  expect(first.programs[0]).toMatchObject({ probes, verified_insns: 3, insn_limit: 1_000_000, total_states: 4 });
  expect(first.kernel_facts).toMatchObject({ lockdown: '[none] integrity confidentiality' });
});

test('docs/report.md describes every field', () => {
  const docs = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'report.md'), 'utf8');
  const known = new Set(
    [...docs.matchAll(/`([^`]+)`/g)].flatMap(([, word = '']) => word.replace(/\[\]/g, '').split('.')),
  );
  const missing = new Set<string>();
  const outside = new Set(['args', 'symbols', 'kernel_facts']);
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if (!known.has(key)) missing.add(key);
        if (!outside.has(key)) walk(item);
      }
    }
  };
  walk(report());
  expect([...missing]).toEqual([]);
});
