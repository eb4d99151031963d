import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bpfcompat, type CliEnd } from './support/cli.ts';
import { example, KERNELS } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// Several machines on real kernels: each command below is what one job of a workflow would run.
const scratch = scratchDir();
const FILES = ['junit.xml', 'report.sarif', 'badge.json', 'summary.md'];
const MORE = ['--junit', '--sarif', '--badge', '--summary'];

function expected(place: string): string[] {
  const files = MORE.flatMap((flag, index) => [flag, join(place, FILES[index] ?? '')]);
  return ['--out', join(place, 'report.json'), '--markdown', join(place, 'report.md'), ...files];
}

/** What differs from run to run: ids, times and places, and what the guests measured. */
function normal(text: string, place: string): string {
  return text
    .replace(/"[^"]*\/runs\/[^"]*"/g, '"<run file>"')
    .replace(/`[^`]*\/runs\/[^`]*`/g, '`<run file>`')
    .replace(/"[^"]*\/reports\/suites\/[^"]*"/g, '"<run file>"')
    .replace(/`[^`]*\/reports\/suites\/[^`]*`/g, '`<run file>`')
    .replaceAll(place, '<place>')
    .replace(/\d{8}T\d{6}Z-[0-9a-f]{6}/g, '<run>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?/g, '<time>')
    .replace(/"(\w+_(?:ms|us))": [\d.]+/g, '"$1": 0')
    .replace(/ time="[\d.]+"/g, ' time="0"')
    .replace(/[\d.]+ (?:min [\d.]+ )?s\b/g, '0 s')
    .replace(/[\d.]+ ms on [\d.]+/g, '0 ms');
}

function documents(place: string): Record<string, string> {
  const names = ['report.json', 'report.md', ...FILES];
  return Object.fromEntries(names.map((name) => [name, normal(readFileSync(join(place, name), 'utf8'), place)]));
}

/** The reports of single objects, which lie in the newest run directory. */
function ownReports(workdir: string): Record<string, string> {
  const runs = join(workdir, 'runs');
  const newest = readdirSync(runs).sort().at(-1) ?? '';
  const dir = join(runs, newest, 'reports');
  return Object.fromEntries(
    readdirSync(dir).map((name) => [name, normal(readFileSync(join(dir, name), 'utf8'), workdir)]),
  );
}

async function each(total: number, run: (index: number) => Promise<CliEnd>): Promise<CliEnd[]> {
  const ends: CliEnd[] = [];
  for (let index = 1; index <= total; index++) ends.push(await run(index));
  return ends;
}

test('three objects on four kernels: three machines and a merge tell what one machine reports', async () => {
  const dir = mkdtempSync(join(scratch, 'test-'));
  const objects = ['simple-pass', 'ringbuf-modern', 'core-relocation-fail'].flatMap((name) => [
    '--artifact',
    example(name),
  ]);
  const request = [...objects, '--kernels', KERNELS.join(','), '--quiet'];
  const direct = await bpfcompat(['test', ...request, '--offline', '--workdir', 'direct-work', ...expected('direct')], {
    cwd: dir,
  });
  expect(direct.code, direct.stderr).toBe(2);

  const ends = await each(3, (index) =>
    bpfcompat(['test', ...request, '--offline', '--shard', `${index}/3`, '--out', `shards/${index}.json`], {
      cwd: dir,
    }),
  );
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(ends.map(({ stderr }) => stderr.match(/^note: shard .*$/m)?.[0])).toEqual(
    [6, 3, 3].map(
      (cells, i) =>
        `note: shard ${i + 1}/3 ran ${cells} of 12 cells; "bpfcompat merge" combines all shards and computes the verdict`,
    ),
  );
  // Each machine boots each of its kernels once, no two machines the same one, and the plan said which.
  const kernels = ends.map(({ stdout }) => /^Matrix Profiles: (.*)$/m.exec(stdout)?.[1]?.replaceAll(', ', ','));
  const plan = await bpfcompat(['plan', ...request, '--shards', '3'], { cwd: dir });
  expect(plan.stdout.split('\n')).toHaveLength(2);
  const { include } = JSON.parse(plan.stdout) as { include: { shard: string; kernels: string }[] };
  expect(include).toEqual(kernels.map((ids, i) => ({ shard: `${i + 1}/3`, kernels: ids })));
  expect(kernels.join(',').split(',').sort()).toEqual([...KERNELS].sort());

  const merged = await bpfcompat(['merge', 'shards', '--workdir', 'merged-work', '--quiet', ...expected('merged')], {
    cwd: dir,
  });
  expect(merged.code, merged.stderr).toBe(2);
  expect(documents(join(dir, 'merged'))).toEqual(documents(join(dir, 'direct')));
  expect(ownReports(join(dir, 'merged-work'))).toEqual(ownReports(join(dir, 'direct-work')));

  // The history has the whole run and no part of it.
  const history = await bpfcompat(['history', 'list', '--workdir', 'merged-work'], { cwd: dir });
  expect(history.stdout.match(/^- .*$/gm)).toHaveLength(3);
  expect(readdirSync(join(dir, '.bpfcompat/registry'))).not.toContain('artifact_versions.jsonl');

  // A machine that was lost makes the run red, by name.
  rmSync(join(dir, 'shards/2.json'));
  const lost = await bpfcompat(['merge', 'shards', '--out', 'lost.json', '--fail-on', 'never'], { cwd: dir });
  expect(lost.code).toBe(1);
  expect(lost.stderr).toMatch(/^bpfcompat: shard 2\/3 is missing; not tested: .* on debian-/m);

  // Run again, as "re-run failed jobs" does.
  await bpfcompat(['test', ...request, '--offline', '--shard', '2/3', '--out', 'again/2.json'], { cwd: dir });
  const again = await bpfcompat(['merge', 'shards/*.json', 'again', '--quiet', ...expected('again-merged')], {
    cwd: dir,
  });
  expect(again.code, again.stderr).toBe(2);
  expect(documents(join(dir, 'again-merged'))).toEqual(documents(join(dir, 'direct')));
});

const SUITE = `name: nightly
defaults: {matrix: two.yaml}
cases:
  - {name: good, artifact: simple.bpf.o}
  - name: behaves
    artifact: simple.bpf.o
    matrix: one.yaml
    test: {mode: behavior, command: "uname -s", expect: {stdout_contains: Linux}}
  - {name: refused, artifact: refused.bpf.o}
`;

test('a suite on two machines', async () => {
  const cwd = mkdtempSync(join(scratch, 'suite-'));
  // A suite names files of its own directory and no others.
  copyFileSync(example('simple-pass'), join(cwd, 'simple.bpf.o'));
  copyFileSync(example('core-relocation-fail'), join(cwd, 'refused.bpf.o'));
  writeFileSync(join(cwd, 'suite.yaml'), SUITE);
  writeFileSync(join(cwd, 'one.yaml'), `name: one\nprofiles: [{id: ${KERNELS[3]}}]\n`);
  writeFileSync(join(cwd, 'two.yaml'), `name: two\nprofiles: [{id: ${KERNELS[1]}}, {id: ${KERNELS[3]}}]\n`);
  const suite = ['suite', '--suite', 'suite.yaml', '--offline', '--quiet'];
  const direct = await bpfcompat([...suite, ...expected('direct')], { cwd });
  expect(direct.code, direct.stderr).toBe(2);
  // Shards that share a directory write nothing but what they hand over: the reports there are of the whole suite.
  const written = (): string[] =>
    readdirSync(cwd, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\/\.bpfcompat|\/shards/.test(entry.parentPath))
      .map(({ parentPath, name }) => join(parentPath, name));
  const before = written().map((path) => [path, readFileSync(path, 'utf8')]);
  expect(before.some(([path]) => path?.endsWith('good.md'))).toBe(true);
  const ends = await each(2, (index) =>
    bpfcompat([...suite, '--shard', `${index}/2`, '--out', `shards/${index}.json`], { cwd }),
  );
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  expect(written().map((path) => [path, readFileSync(path, 'utf8')])).toEqual(before);
  const merged = await bpfcompat(['merge', 'shards/1.json', 'shards/2.json', '--quiet', ...expected('merged')], {
    cwd,
  });
  expect(merged.code, merged.stderr).toBe(2);
  const lines = (text: string): string => text.replace(/run=\S+/g, 'run=<run>');
  expect(lines(merged.stdout)).toBe(lines(direct.stdout));
  expect(documents(join(cwd, 'merged'))).toEqual(documents(join(cwd, 'direct')));
});
