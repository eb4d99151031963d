import { describe, expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import { shortNames } from '../../src/report/names.ts';
import { stableLines } from '../../src/report/stable-lines.ts';
import { matrixText } from '../../src/report/terminal/text.ts';
import { expectGolden } from '../fixtures/golden.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { artifact, failed, infra, result, runReport, target } from '../fixtures/run.ts';
import { hostileRun, mixedRun, quickRun } from '../fixtures/scenes.ts';

const plain = (width: number) => ({ width, color: false });

test.each([
  ['quick', quickRun(), 80],
  ['quick-narrow', quickRun(), 40],
  ['mixed', mixedRun(), 80],
] as const)('golden matrix %s', (name, run, width) => {
  expectGolden(`matrix/${name}.txt`, matrixText(run, plain(width)));
});

test('what is gone says where it is still there', () => {
  const text = matrixText(quickRun(), plain(100));
  expect(text).toContain('x function do_unlinkat is not in this kernel: 7.3; present on 5.10, 6.1, 6.12');
});

test('a title that speaks of every kernel does not name them again', () => {
  const outcome = failed();
  if (outcome.status !== 'fail') throw new Error('not a failure');
  const targets = ['debian-12-6.1', 'debian-13-7.3'].map((id) => target(id));
  const text = (findings: typeof outcome.findings): string => {
    const results = targets.map((_, index) => result({ artifact: 0, target: index }, { ...outcome, findings }));
    return matrixText(runReport({ targets, results }), plain(100));
  };
  expect(text(outcome.findings)).toMatch(/x this kernel has no .*: both kernels\n/);
  const everywhere = outcome.findings.map((one) => ({ ...one, args: { ...one.args, everywhere: '2' } }));
  expect(text(everywhere)).toMatch(/x no kernel of this run has [^:\n]*\n/);
});

describe('width', () => {
  const ids = Array.from({ length: 12 }, (_, i) => `debian-13-6.${i + 10}`);
  const targets = [...ids.map((id) => target(id)), target('debian-12-6.12', { required: false })];
  const artifacts = [artifact('a.bpf.o'), artifact(`${'long-name-'.repeat(8)}end.bpf.o`)];
  const results = artifacts.flatMap((_, a) => targets.map((_t, t) => result({ artifact: a, target: t })));
  const run = runReport({ artifacts, targets, results });

  test.each([40, 60, 80, 120, 200])('no line is longer than %i', (width) => {
    for (const candidate of [run, mixedRun(), quickRun()]) {
      for (const line of matrixText(candidate, plain(width)).split('\n'))
        expect(line.length).toBeLessThanOrEqual(width);
    }
  });

  test('every cell is shown once, whatever the width', () => {
    for (const width of [40, 80, 200])
      expect(matrixText(run, plain(width)).match(/pass$|pass /gm)).toHaveLength(26 + 1);
  });

  test('kernels of one family get longer names, optional ones parentheses', () => {
    expect(shortNames(targets).slice(0, 3)).toEqual(['6.10', '6.11', 'deb13-6.12']);
    expect(matrixText(run, plain(200))).toContain('(deb12-6.12)');
  });

  test('colour changes no width', () => {
    const painted = matrixText(run, { width: 80, color: true });
    expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(matrixText(run, plain(80)));
  });
});

test('stable lines', () => {
  const run = mixedRun();
  const lines = stableLines(run, 0, gate(run), { json: '/src/report.json', markdown: '/src/report.md' });
  expectGolden('stable-lines/mixed.txt', `${lines.join('\n')}\n`);
  expect(stableLines(quickRun(), 0, gate(quickRun()), { json: '/r.json' }).join('\n')).not.toMatch(/Markdown Report/);
});

test.each(HOSTILE.map((text) => [JSON.stringify(text), text] as const))(
  'no command reaches a terminal or a log: %s',
  (_name, text) => {
    const run = hostileRun(text);
    const verdict = gate(run);
    const output = [matrixText(run, plain(80)), ...stableLines(run, 0, verdict, { json: `/tmp/${text}.json` })].join(
      '\n',
    );
    expect(output).not.toMatch(/^\s*::/m);
    expect(output).not.toMatch(/##\[/);
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u200b]/);
  },
);

test('a failure that came as declared does not look like one', () => {
  const run = runReport({
    targets: [target('debian-11-5.10'), target('debian-12-6.1')],
    results: [0, 1].map((index) => result({ artifact: 0, target: index }, failed())),
  });
  const declared = { artifact: 0, code: 'UNSUPPORTED_HELPER', reason: 'known', causes: [] } as const;
  const both = [0, 1].map((index) => ({ ...declared, target: index, met: 'failed' }) as const);
  const text = matrixText(run, { ...plain(100), expected: both });
  expect(text).not.toMatch(/FAIL|\d fail[,\n]/);
  expect(text).toMatch(/xfail +xfail/);
  expect(text).toContain('2 fail as declared');
  expect(text).toContain('- expected: ');
  const one = matrixText(run, { ...plain(100), expected: both.slice(0, 1) });
  expect(one).toMatch(/xfail +FAIL/);
  expect(one).toContain('1 fail, 1 fails as declared');
});

test('a pass that was declared to fail is marked, and every mark is explained', () => {
  const run = runReport({
    targets: [target('debian-11-5.10', { required: false }), target('debian-12-6.1')],
    results: [0, 1].map((index) => result({ artifact: 0, target: index }, index === 0 ? failed() : undefined)),
  });
  const declared = { artifact: 0, code: 'UNSUPPORTED_HELPER', reason: 'known', causes: [] } as const;
  const text = matrixText(run, {
    ...plain(100),
    expected: [
      { ...declared, target: 0, met: 'failed' },
      { ...declared, target: 1, met: 'passed' },
    ],
  });
  expect(text).toMatch(/\(5\.10\) +6\.1\n.* xfail +XPASS\n/);
  for (const mark of ['(name) non-blocking kernel', 'xfail fails as declared', 'XPASS passes, and']) {
    expect(text).toContain(`\n${mark}`);
  }
  expect(matrixText(runReport(), plain(100))).not.toMatch(/^(?:\(name\)|xfail|XPASS) /m);
});

test('kernels stand by vendor and version, whatever the order of the matrix', () => {
  const targets = ['ubuntu-24.04-6.8', 'debian-12-6.1', 'ubuntu-20.04-5.4', 'debian-11-5.10'].map((id) => target(id));
  const results = targets.map((_, index) =>
    index === 1 ? result({ artifact: 0, target: 1 }, failed()) : result({ artifact: 0, target: index }),
  );
  const [head = '', row = ''] = matrixText(runReport({ targets, results }), plain(100)).split('\n');
  expect(head.trim().split(/\s+/)).toEqual(['5.4', '6.8', '5.10', '6.1']);
  expect(row.trim().split(/\s+/).slice(1)).toEqual(['pass', 'pass', 'pass', 'FAIL']);
});

test('what is to be said of several objects is said once, below all their names', () => {
  const targets = [target('debian-11-5.10'), target('debian-12-6.1')];
  const artifacts = ['a.bpf.o', 'b.bpf.o', 'c.bpf.o'].map((name) => artifact(name));
  const results = artifacts.flatMap((_, index) => [
    index === 1 ? result({ artifact: 1, target: 0 }, failed()) : result({ artifact: index, target: 0 }),
    result({ artifact: index, target: 1 }, infra()),
  ]);
  const text = matrixText(runReport({ artifacts, targets, results }), plain(100));
  expect(text.match(/\? 6\.1: inconclusive/g)).toHaveLength(1);
  expect(text).toMatch(/\na\.bpf\.o, b\.bpf\.o, c\.bpf\.o\n {2}\? 6\.1: inconclusive/);
  expect(text).toMatch(/\nb\.bpf\.o\n {2}x /);
});
