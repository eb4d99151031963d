import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildProgram } from '../fakes/program.ts';
import { bpfcompat } from './support/cli.ts';
import { startRegistry } from './support/real-registry.ts';

const GOOD = join(import.meta.dirname, '../../examples/simple-pass/simple_pass.bpf.o');
const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-image-objects-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('cases of a suite name images, and one object of several in an image', async () => {
  await using registry = await startRegistry(join(dir, 'registry-of-cases'));
  mkdirSync(join(dir, 'two'));
  for (const name of ['a.bpf.o', 'b.bpf.o']) {
    writeFileSync(join(dir, 'two', name), Buffer.concat([readFileSync(GOOD), Buffer.from(name)]));
  }
  registry.push(join(dir, 'two'), 'lab/two:v1');
  const image = `${registry.host}/lab/two:v1`;
  const suite = [
    'name: images',
    'defaults: {kernels: [debian-12-6.1], report_dir: out}',
    'cases:',
    `  - {name: one, artifact: "${image}[a.bpf.o]"}`,
    `  - {name: other, artifact: "oci://${image}[b.bpf.o]"}`,
    `  - {name: both, artifact: "${image}"}`,
  ];
  writeFileSync(join(dir, 'suite.yaml'), `${suite.join('\n')}\n`);
  const args = ['suite', '--suite', 'suite.yaml', '--quiet'];
  const { code, stdout } = await bpfcompat(args, { cwd: dir });
  expect(code).toBe(1);
  expect(stdout.match(/^ {2}- [a-z]+: [a-z]+/gm)).toEqual(['  - one: pass', '  - other: pass', '  - both: error']);
  expect(stdout).toMatch(
    /both: error error=suite\.yaml:6:\d+: artifact \S+ has 2 objects and a case is about one; write/,
  );
  const { artifact } = JSON.parse(readFileSync(join(dir, 'out/one.json'), 'utf8'));
  expect(artifact).toMatchObject({ path: `oci://${image}[a.bpf.o]`, source: image, inside: '[a.bpf.o]' });
  const offline = await bpfcompat([...args, '--offline'], { cwd: dir });
  expect(offline.code).toBe(1);
  expect(offline.stdout).toMatch(/one: error error=\S+: artifact \S+: images need the network/);
}, 180_000);

test('objects in an image of a registry and in a program are tested on a kernel', async () => {
  await using registry = await startRegistry(join(dir, 'registry'));
  mkdirSync(join(dir, 'root'));
  copyFileSync(GOOD, join(dir, 'root/conn.bpf.o'));
  registry.push(join(dir, 'root'), 'lab/oci:v1');
  registry.push(join(dir, 'root'), 'lab/docker:v1', 'v2s2');
  writeFileSync(join(dir, 'agent'), buildProgram({ data: readFileSync(GOOD) }));
  const images = ['oci', 'docker'].map((format) => `${registry.host}/lab/${format}:v1`);
  const words = [...images, 'agent'].flatMap((word) => ['--artifact', word]);
  const { code, stdout, stderr } = await bpfcompat(
    ['test', ...words, '--kernels', 'debian-12-6.1', '--out', 'r.json'],
    {
      cwd: dir,
    },
  );
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^oci:v1\s+pass$/m);
  expect(stdout).toMatch(/^docker:v1\s+pass$/m);
  expect(stdout).toMatch(/^agent\[handle_exec\]\s+pass$/m);
  const { cases } = JSON.parse(readFileSync(join(dir, 'r.json'), 'utf8')) as { cases: { report_json_path: string }[] };
  const sources = cases.map(({ report_json_path: path }) => JSON.parse(readFileSync(path, 'utf8')).artifact);
  expect(sources).toMatchObject([
    { path: `oci://${images[0]}`, source: images[0], source_digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
    { path: `oci://${images[1]}`, source: images[1] },
    { path: join(dir, 'agent[handle_exec]'), source: join(dir, 'agent'), inside: '[handle_exec]' },
  ]);
}, 180_000);
