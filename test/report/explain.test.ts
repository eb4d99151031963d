import { describe, expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import type { RunReport } from '../../src/model/report.ts';
import { documentCells } from '../../src/report/document-cells.ts';
import { documentJson } from '../../src/report/document-files.ts';
import { explainCell } from '../../src/report/explain/cell.ts';
import { explainCollection, explainReport } from '../../src/report/explain/overview.ts';
import { runDocument } from '../../src/report/finished-document.ts';
import { reportJson } from '../../src/report/json.ts';
import { reportDocument } from '../../src/report/read-document.ts';
import { SavedCollection, SavedReport } from '../../src/report/saved-report.ts';
import { environmentLines } from '../../src/report/summary/sections.ts';
import { expectGolden } from '../fixtures/golden.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { hostileRun, mixedRun, quickRun } from '../fixtures/scenes.ts';

const page = { width: 90, color: false };

function saved(run: RunReport, artifact = 0): SavedReport {
  const results = run.results.filter(({ cell }) => cell.artifact === artifact);
  const verdict = gate({ targets: run.targets, results });
  return SavedReport.parse(JSON.parse(reportJson(run, artifact, verdict, { json: '/src/report.json' })));
}

function cell(report: SavedReport, index: number, width = page.width): string {
  const target = report.targets[index];
  if (!target) throw new Error('no such target');
  return explainCell(report, target, { ...page, width });
}

test.each([
  ['map', mixedRun(), 0, 0],
  ['verifier', mixedRun(), 0, 1],
  ['inconclusive', mixedRun(), 0, 2],
  ['skipped', mixedRun(), 0, 3],
  ['pass', quickRun(), 0, 1],
  ['gone', quickRun(), 1, 3],
  ['warning', quickRun(), 2, 0],
] as const)('golden story %s', (name, run, artifact, target) => {
  expectGolden(`explain/${name}.txt`, cell(saved(run, artifact), target));
});

test('a guest that QEMU did not run is not one of QEMU', () => {
  const run = quickRun();
  const machine = 'microvm (Firecracker 1.13.1)';
  const results = run.results.map((result) =>
    result.guest ? { ...result, guest: { ...result.guest, lane: 'firecracker', machine, qemuVersion: '' } } : result,
  );
  const shown = cell(saved({ ...run, results }), 1, 2000);
  expect(shown).toContain(`; ${machine}; sandbox`);
  expect(shown).not.toContain('QEMU');
  const document = reportDocument(saved({ ...run, results }));
  const lines = environmentLines(documentCells(document), document);
  expect(lines).toContain('- Machine: microvm (Firecracker 1.13.1)');
  expect(lines.join('\n')).not.toContain('QEMU');
});

test('a time limit of its own is in the command that reproduces it', () => {
  const run = mixedRun();
  const again = (timeoutMs: number) =>
    cell(saved({ ...run, targets: run.targets.map((target) => ({ ...target, timeoutMs })) }), 1, 2000);
  expect(again(6000)).toMatch(/^ {2}bpfcompat test .* --timeout 6s --out again\.json$/m);
  expect(again(1500)).toContain(' --timeout 1500ms --out again.json\n');
  expect(again(180_000)).not.toContain('--timeout');
});

test('golden lists', () => {
  expectGolden('explain/report.txt', explainReport(saved(mixedRun()), 'out/report.json', undefined, page));
  const run = quickRun();
  const cases = run.artifacts.map((_, artifact) => {
    const results = run.results.filter(({ cell: { artifact: index } }) => index === artifact);
    return { artifact, verdict: gate({ targets: run.targets, results }), json: `/r/${artifact}.json`, markdown: '' };
  });
  const collection = SavedCollection.parse(JSON.parse(documentJson(runDocument(run, gate(run), cases))));
  expectGolden('explain/collection.txt', explainCollection(collection.cases, 'my report.json', page));
});

test('a case that could not start does not pass', () => {
  const { cases } = SavedCollection.parse({
    schema_version: 'bpfcompat_suite.v0.1',
    cases: [
      { name: 'conn', artifact: 'conn.bpf.o', status: 'error', error: 'conn.bpf.o: no such file' },
      { name: 'good', artifact: 'good.bpf.o', status: 'pass', targets: [{ profile_id: 'k', status: 'pass' }] },
    ],
  });
  const text = explainCollection(cases, 's.json', page);
  expect(text).toMatch(/^2 objects, 1 of them pass everywhere\n/);
  expect(text).toContain('conn.bpf.o: it could not start: conn.bpf.o: no such file');
});

test('a passing object says so', () => {
  expect(explainReport(saved(quickRun(), 0), 'r.json', undefined, page)).toMatch(
    /^simple-pass\.bpf\.o: 4 of 4 kernels pass\n/,
  );
});

test('the command runs the same check, quoted for a shell', () => {
  const run = mixedRun();
  const flags = ['--manifest', "/src/it's here.yaml", '--max-insns', '80%'];
  const artifacts = run.artifacts.map((artifact) => ({ ...artifact, path: '/src/$(reboot); x.bpf.o' }));
  expect(cell(saved({ ...run, artifacts, flags }), 0, 300)).toContain(
    `  bpfcompat test --artifact '/src/$(reboot); x.bpf.o' --kernels ubuntu-20.04-5.4 --manifest '/src/it'\\''s here.yaml' --max-insns 80% --out again.json\n`,
  );
});

test('a report of the first version, without findings, still has a story', () => {
  const report = SavedReport.parse({
    schema_version: 'v0.1',
    run: { id: '20260102T030405Z-a1b2c3' },
    artifact: { path: '/src/conn.bpf.o', basename: 'conn.bpf.o' },
    targets: [
      {
        profile_id: 'ubuntu-20.04-5.4',
        status: 'fail',
        failed_stage: 'load',
        host: { kernel: '5.4.0-216-generic' },
        validation: { load_status: 'fail', load_error: 'Invalid argument' },
        classification_code: 'UNSUPPORTED_MAP_TYPE',
        classification_confidence: 'high',
        classification_reason: 'map events (ringbuf) cannot be created on this kernel',
      },
    ],
  });
  expect(cell(report, 0)).toContain(
    '  map events (ringbuf) cannot be created on this kernel\n  [high confidence; UNSUPPORTED_MAP_TYPE]',
  );
  expect(cell(report, 0)).toContain('load    FAIL: Invalid argument');
});

describe('layout', () => {
  test.each([40, 60, 80, 120])('prose below the headline keeps to %i columns', (width) => {
    for (const run of [mixedRun(), quickRun()]) {
      for (const [artifact] of run.artifacts.entries()) {
        for (const [index] of run.targets.entries()) {
          const prose = cell(saved(run, artifact), index, width).split(/\n(?:Margins|Files|Reproduce)\n/)[0] ?? '';
          for (const line of prose.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(width);
        }
      }
    }
  });

  test('colour changes no text', () => {
    const report = saved(mixedRun());
    const [target] = report.targets;
    if (!target) throw new Error('no target');
    const painted = explainCell(report, target, { width: 90, color: true });
    expect(painted).toContain('\u001b[31m');
    expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(cell(report, 0));
  });
});

test.each(HOSTILE.map((text) => [JSON.stringify(text), text] as const))('nothing is forged: %s', (_name, text) => {
  const report = saved({ ...hostileRun(text), flags: [text] });
  const target = report.targets[0];
  if (!target) throw new Error('no target');
  const finding = {
    ...target.findings[0],
    code: text,
    title: text,
    explanation: text,
    remediation: text,
    also: [text],
    args: { near: text },
    evidence: { text, origin: text },
    location: { file: text, line: 1, text, function: text },
  };
  const worse = SavedReport.parse({
    ...report,
    artifact: { ...report.artifact, path: text },
    targets: [{ ...target, profile_id: text, findings: [finding], serial_log: text, shims: [{ kind: text }] }],
  });
  const foreign = SavedCollection.parse({
    schema_version: 'bpfcompat_suite.v0.1',
    cases: [{ name: text, artifact: text, status: text, report_json_path: text }],
  });
  const output = [
    cell(report, 0),
    cell(worse, 0),
    explainReport(worse, text, text, page),
    explainCollection(foreign.cases, text, page),
  ].join('\n');
  expect(output).not.toMatch(/^\s*::/m);
  expect(output).not.toMatch(/##\[/);
  expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u200b]/);
});
