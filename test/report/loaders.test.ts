import { describe, expect, test } from 'vitest';
import { evidenceOfLoader } from '../../src/classify/loader-evidence.ts';
import { classifyLoader } from '../../src/classify/other-loader.ts';
import type { LoaderFacts, LoaderResult } from '../../src/model/guest-loader.ts';
import type { LoaderReport } from '../../src/model/loader-report.ts';
import type { RunReport } from '../../src/model/report.ts';
import { loadersJson, loadersMarkdown } from '../../src/report/loaders.ts';
import { matrixText } from '../../src/report/terminal/text.ts';
import { targetViews } from '../../src/report/view.ts';
import { evidence, exit, load, mapFacts, open, program } from '../fixtures/evidence.ts';
import { loaderEvidence, loaderReport, rejectedBy } from '../fixtures/loader-evidence.ts';
import { infra, result, runReport, target } from '../fixtures/run.ts';

const OURS: LoaderFacts = { name: 'libbpf', version: '1.7.0', sha256: '', sizeBytes: 0 };
const THEIRS: LoaderFacts = { name: 'ebpf-go', version: '0.22.0', sha256: 'ab'.repeat(32), sizeBytes: 5_000_000 };

function theirs(report: LoaderReport): LoaderResult {
  const raw = loaderEvidence(report);
  const outcome = classifyLoader(raw, { loader: THEIRS, attachMode: 'best-effort', programs: [], facts: undefined });
  return { loader: THEIRS, outcome, evidence: evidenceOfLoader(raw), totalMs: 412.4 };
}

/** libbpf makes the map larger before it loads it. */
const shims = [{ kind: 'map_size', subject: 'events', detail: 'max_entries 4096', errno: 0 }];
const ours = evidence([
  open({ shims, maps: [mapFacts('events', { max_entries: 4096 })] }),
  program('handle_exec'),
  load(),
  exit(),
]);

function run(loaders: readonly (LoaderResult | undefined)[]): RunReport {
  const targets = loaders.map((_, index) => target(`debian-12-6.${index + 1}`));
  const results = loaders.map((one, index) =>
    result({ artifact: 0, target: index }, undefined, {
      evidence: ours,
      ...(one && { loader: OURS, loaders: [one] }),
    }),
  );
  return runReport({ targets, results });
}

const rejecting = theirs(
  rejectedBy(
    { error: 'map events: no size' },
    { maps: [{ name: 'events', type: 'Hash', key_size: 4, value_size: 8, max_entries: 0, flags: 0 }] },
  ),
);

describe('where loaders disagree', () => {
  const disagreeing = run([rejecting, theirs(loaderReport())]);
  const [first, second] = targetViews(disagreeing, 0);

  test('JSON has each verdict, and why they differ from the evidence of both', () => {
    expect(loadersJson(first?.result)).toMatchObject({
      loaders: [
        { name: 'libbpf', version: '1.7.0', decides: true, status: 'pass', verdict: 'COMPATIBLE' },
        { name: 'ebpf-go', status: 'fail', failed_stage: 'load', code: 'LOADER_REJECTED', duration_ms: 412 },
      ],
      loader_disagreements: [
        {
          ...{ rejecting: 'ebpf-go 0.22.0', accepting: 'libbpf 1.7.0', code: 'LOADER_REJECTED', reason: 'other' },
          maps: ['map events: max_entries 0, libbpf 4096'],
          fixups: ['events: max_entries 4096'],
        },
      ],
    });
    expect(JSON.stringify(loadersJson(second?.result))).not.toContain('loader_disagreements');
  });

  test('Markdown and the terminal have a table, and the reasons', () => {
    const markdown = loadersMarkdown(targetViews(disagreeing, 0)).join('\n');
    expect(markdown).toContain('libbpf 1.7.0 (decides) | ebpf-go 0.22.0');
    expect(markdown).toMatch(/`debian-12-6\.1` \| pass \| FAIL/);
    expect(markdown).toContain('max_entries 0, libbpf 4096');
    const text = matrixText(disagreeing, { width: 200, color: false });
    expect(text).toMatch(/libbpf 1\.7\.0 \* +pass +pass\n +ebpf-go 0\.22\.0 +FAIL +pass/);
    expect(text).toContain('map events: no size');
  });
});

test('the lines name who rejects it: two versions that say the same are one, with each kernel once', () => {
  const older = { ...rejecting, loader: { ...THEIRS, version: '0.16.0' } };
  const targets = [target('debian-12-6.1'), target('debian-12-6.12')];
  const results = targets.map((_, index) => {
    const loaders = index === 0 ? [rejecting, older] : [rejecting];
    return result({ artifact: 0, target: index }, undefined, { evidence: ours, loader: OURS, loaders });
  });
  const both = runReport({ targets, results });
  const lines = matrixText(both, { width: 200, color: false }).split('\n');
  expect(lines.filter((line) => line.startsWith('  - '))).toEqual([
    expect.stringMatching(/^ {2}- ebpf-go 0\.22\.0, ebpf-go 0\.16\.0 on 6\.1, 6\.12: /),
  ]);
  expect(loadersMarkdown(targetViews(both, 0)).join('\n')).toContain('- `debian-12-6.1`, ebpf-go 0.16.0: ');
});

test('one that gave no result disagrees with no one', () => {
  const silent = { loader: THEIRS, outcome: infra(), evidence: undefined, totalMs: 1 };
  expect(JSON.stringify(loadersJson(targetViews(run([silent]), 0)[0]?.result))).not.toContain('loader_disagreements');
});

test('a run with libbpf alone says nothing of loaders', () => {
  const plain = run([undefined]);
  expect(loadersJson(targetViews(plain, 0)[0]?.result)).toEqual({});
  expect(loadersMarkdown(targetViews(plain, 0))).toEqual([]);
  expect(matrixText(plain, { width: 80, color: false })).not.toContain('Loaders');
});
