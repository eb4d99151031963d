import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import { gate } from '../../src/gate/gate.ts';
import { badge } from '../../src/report/badge.ts';
import { explainReport } from '../../src/report/explain/overview.ts';
import { reportJson } from '../../src/report/json.ts';
import { junit } from '../../src/report/junit.ts';
import { reportMarkdown } from '../../src/report/markdown.ts';
import { SavedReport } from '../../src/report/saved-report.ts';
import { stableLines } from '../../src/report/stable-lines.ts';
import { stepSummary } from '../../src/report/summary/step-summary.ts';
import { matrixText } from '../../src/report/terminal/text.ts';
import { documentOf } from '../fixtures/documents.ts';
import * as fx from '../fixtures/evidence.ts';
import { artifact, result, runReport, target } from '../fixtures/run.ts';

const NO_FILE = 'loaded; the file it probes is not in this guest: libm.so.6:libm:slowexp_p6';

function seen(reasons: readonly string[], passing = 0) {
  const names = reasons.map((_, index) => `probe_${index}`);
  const skipped = names.map((name, index) => fx.attach(name, { status: 'skipped', reason: reasons[index] ?? '' }));
  const attached = Array.from({ length: passing }, (_, index) => fx.attach(`on_${index}`));
  return fx.evidence([fx.open(), fx.load(), ...skipped, ...attached, fx.exit()]);
}

function judge(...what: Parameters<typeof seen>) {
  const evidence = seen(...what);
  const rest = { programs: [], validationMode: '', functionalTests: [] } as const;
  return classify({ evidence, attachMode: 'best-effort', ...rest });
}

test('an object of which nothing is attached says so, once for each reason', () => {
  const outcome = judge([NO_FILE, NO_FILE, 'loaded; a syscall program is run on demand, and only in a guest']);
  expect(outcome).toMatchObject({
    status: 'pass',
    findings: [
      {
        code: 'NOT_ATTACHED',
        decisive: false,
        subject: 'probe_0',
        args: { program: 'probe_0, probe_1', reason: 'no_file' },
      },
      { code: 'NOT_ATTACHED', decisive: false, subject: 'probe_2', args: { reason: 'on_demand' } },
    ],
  });
});

test('one that is attached in part, or that is set to be left out, is a plain pass', () => {
  expect(judge([NO_FILE], 1)).toEqual({ status: 'pass', findings: [] });
  expect(judge(['not loaded: the object marks it as opt-in'])).toEqual({ status: 'pass', findings: [] });
});

const OPT_IN = fx.programFacts('opt', { section: '?xdp', autoload: false });

/** An object with these programs, of which none is attached. */
function withoutLoad(programs: readonly (typeof OPT_IN)[], required: readonly string[] = []) {
  const evidence = fx.evidence([fx.open({ programs: [...programs] }), fx.load(), fx.exit()]);
  const expected = required.map((name) => ({ name, section: '', required: true }));
  const request = { attachMode: 'disabled', programs: expected, validationMode: '', functionalTests: [] } as const;
  return { evidence, outcome: classify({ evidence, ...request }) };
}

test.each([
  ['no program', [], 'no_program'],
  ['opt-in programs', [OPT_IN], 'left_out'],
])('an object of which nothing is loaded says so: %s', (_name, programs, reason) => {
  expect(withoutLoad(programs).outcome).toMatchObject({
    status: 'pass',
    findings: [{ code: 'NOTHING_LOADED', group: 'object', decisive: false, args: { reason } }],
  });
});

test('one program that is loaded is enough', () => {
  const { outcome } = withoutLoad([OPT_IN, { ...OPT_IN, name: 'on', autoload: true }]);
  expect(outcome).toEqual({ status: 'pass', findings: [] });
  expect(withoutLoad([OPT_IN], ['opt']).outcome).toEqual({ status: 'pass', findings: [] });
});

test('every format says that no program was loaded', () => {
  const { evidence, outcome } = withoutLoad([OPT_IN]);
  const results = [result({ artifact: 0, target: 0 }, outcome, { evidence })];
  const run = runReport({ artifacts: [artifact('opt.bpf.o')], targets: [target('debian-12-6.1')], results });
  const verdict = gate(run);
  const text = matrixText(run, { width: 100, color: false });
  expect(text).toMatch(/^opt\.bpf\.o +none$/m);
  expect(text).toContain(': 1 no program loaded');
  expect(text).toContain('Each of its programs is opt-in');
  expect(stableLines(run, 0, verdict, { json: 'r.json' })).toContain('  - debian-12-6.1: pass (no program loaded)');
  expect(reportMarkdown(run, 0, verdict)).toContain('- Status: pass (no program loaded)');
  const document = documentOf(run);
  expect(junit(document)).toContain('NOTHING_LOADED');
  expect(stepSummary(document)).toMatch(/⚪/);
  expect(stepSummary(document)).toContain('1 no program loaded');
  const saved = SavedReport.parse(JSON.parse(reportJson(run, 0, verdict, { json: 'r.json' })));
  expect(explainReport(saved, 'r.json', undefined, { width: 100, color: false })).toMatch(
    /^ {2}none {2}debian-12-6\.1/m,
  );
});

test('every format distinguishes it from a plain pass', () => {
  const targets = [target('debian-12-6.1'), target('debian-13-7.3')];
  const results = [
    result({ artifact: 0, target: 0 }, judge([NO_FILE]), { evidence: seen([NO_FILE]) }),
    result({ artifact: 0, target: 1 }, judge([NO_FILE], 1), { evidence: seen([NO_FILE], 1) }),
  ];
  const run = runReport({ artifacts: [artifact('probes.bpf.o')], targets, results });
  const verdict = gate(run);
  expect(verdict.status).toBe('pass');

  const text = matrixText(run, { width: 100, color: false });
  expect(text).toMatch(/^probes\.bpf\.o +load +pass$/m);
  expect(text).toContain(': 1 pass, 1 loaded, nothing attached');
  const lines = stableLines(run, 0, verdict, { json: 'r.json' });
  expect(lines).toContain('  - debian-12-6.1: pass (loaded, nothing attached)');
  expect(lines).toContain('  - debian-13-7.3: pass');
  expect(reportMarkdown(run, 0, verdict)).toContain('- Status: pass (loaded, nothing attached)');

  const json = reportJson(run, 0, verdict, { json: 'r.json' });
  const [first, second] = (JSON.parse(json) as { targets: { status: string; validation: Record<string, string> }[] })
    .targets;
  expect(first?.status).toBe('pass');
  expect(first?.validation['attach_reason']).toContain('not in this guest');
  expect(second?.validation).not.toHaveProperty('attach_reason');

  const document = documentOf(run);
  expect(junit(document)).toMatch(/<skipped message="loaded, nothing attached: program probe_0 /);
  expect(stepSummary(document)).toMatch(/🔵/);
  const saved = SavedReport.parse(JSON.parse(json));
  expect(explainReport(saved, 'r.json', undefined, { width: 100, color: false })).toMatch(
    /^ {2}load {2}debian-12-6\.1/m,
  );
});

function tried(failing: number, passing: number) {
  const failed = Array.from({ length: failing }, (_, index) => fx.attach(`off_${index}`, { status: 'fail', errno: 2 }));
  const attached = Array.from({ length: passing }, (_, index) => fx.attach(`on_${index}`));
  return fx.evidence([fx.open(), fx.load(), ...failed, ...attached, fx.exit()]);
}

test('attaches that fail and are not required make no plain pass in any format', () => {
  const rest = { programs: [], validationMode: '', functionalTests: [] } as const;
  const of = (evidence: ReturnType<typeof tried>) => classify({ evidence, attachMode: 'best-effort', ...rest });
  const [none, some] = [tried(1, 0), tried(1, 1)];
  const run = runReport({
    artifacts: [artifact('probes.bpf.o')],
    targets: [target('debian-12-6.1'), target('debian-13-7.3')],
    results: [
      result({ artifact: 0, target: 0 }, of(none), { evidence: none }),
      result({ artifact: 0, target: 1 }, of(some), { evidence: some }),
    ],
  });
  const verdict = gate(run);
  expect(verdict).toMatchObject({ status: 'pass', exitCode: 0 });
  const required = 'programs: [{name: off_0, attach: {required: true}}]';
  expect(verdict.reasons).toEqual([
    `warning: off_0 could not be attached on debian-12-6.1, debian-13-7.3, and no manifest requires it; to make that a failure: ${required}`,
  ]);

  const text = matrixText(run, { width: 100, color: false });
  expect(text).toMatch(/^probes\.bpf\.o +load +warn$/m);
  expect(text.replaceAll(/\s+/g, ' ')).toContain(required);
  expect(text).toContain(': 1 pass (1 with a warning), 1 loaded, nothing attached');
  const lines = stableLines(run, 0, verdict, { json: 'r.json' }).join('\n');
  expect(lines).toContain('debian-12-6.1: pass (loaded, nothing attached)');
  expect(lines).toContain('debian-13-7.3: pass (1 of 2 programs attached)');
  expect(lines).toContain(required);
  expect(reportMarkdown(run, 0, verdict)).toContain('- Status: pass (1 of 2 programs attached)');

  const document = documentOf(run);
  expect(JSON.parse(badge(document))).toMatchObject({ color: 'yellow', message: '2/2 kernels' });
  const summary = stepSummary(document);
  expect(summary).toMatch(/^## 🟡 bpfcompat: all 2 load, 1 of 2 with nothing attached, 1 of 2 attached in part$/m);
  expect(summary).not.toContain('✅');
  expect(junit(document)).toMatch(/<skipped message="loaded, nothing attached: /);
  const saved = SavedReport.parse(JSON.parse(reportJson(run, 0, verdict, { json: 'r.json' })));
  const story = explainReport(saved, 'r.json', undefined, { width: 100, color: false });
  expect(story).toMatch(/^ {2}load {2}debian-12-6\.1: loaded, nothing attached; /m);
  expect(story).toMatch(/^ {2}warn {2}debian-13-7\.3: 1 of 2 programs attached; /m);
});

test('programs that could not be tried are in the count, and in the note that makes it a failure', () => {
  const skipped = [
    fx.attach('lib_0', { status: 'skipped', reason: NO_FILE }),
    fx.attach('lib_1', { status: 'skipped', reason: NO_FILE }),
    fx.attach('asked', {
      status: 'skipped',
      reason: 'loaded; a syscall program is run on demand, and only in a guest',
    }),
    fx.attach('opt_in', { status: 'skipped', reason: 'not loaded: the object marks it as opt-in' }),
  ];
  const others = [fx.attach('off', { status: 'fail', errno: -2 }), fx.attach('on')];
  const evidence = fx.evidence([fx.open(), fx.load(), ...others, ...skipped, fx.exit()]);
  const rest = { programs: [], validationMode: '', functionalTests: [] } as const;
  const outcome = classify({ evidence, attachMode: 'best-effort', ...rest });
  const results = [result({ artifact: 0, target: 0 }, outcome, { evidence })];
  const run = runReport({ artifacts: [artifact('probes.bpf.o')], targets: [target('debian-12-6.1')], results });
  const verdict = gate(run);
  expect(verdict).toMatchObject({ status: 'pass', exitCode: 0 });
  const manifest = ['off', 'lib_0', 'lib_1'].map((name) => `{name: ${name}, attach: {required: true}}`).join(', ');
  expect(verdict.reasons).toEqual([
    `warning: off could not be attached on debian-12-6.1 (not tried: lib_0, lib_1), and no manifest requires it; to make that a failure: programs: [${manifest}]`,
  ]);
  const lines = stableLines(run, 0, verdict, { json: 'r.json' });
  expect(lines).toContain('  - debian-12-6.1: pass (1 of 4 programs attached, 2 not tried)');
});

test('of many programs that could not be tried the note names the first', () => {
  const skipped = Array.from({ length: 20 }, (_, index) =>
    fx.attach(`lib_${index}`, { status: 'skipped', reason: NO_FILE }),
  );
  const off = fx.attach('off', { status: 'fail', errno: -2 });
  const evidence = fx.evidence([fx.open(), fx.load(), off, ...skipped, fx.exit()]);
  const rest = { programs: [], validationMode: '', functionalTests: [] } as const;
  const outcome = classify({ evidence, attachMode: 'best-effort', ...rest });
  const results = [result({ artifact: 0, target: 0 }, outcome, { evidence })];
  const run = runReport({ artifacts: [artifact('probes.bpf.o')], targets: [target('debian-12-6.1')], results });
  expect(gate(run).reasons.join()).toContain(
    '(not tried: lib_0, lib_1, lib_2, lib_3, lib_4, lib_5, lib_6, lib_7 and more)',
  );
});
