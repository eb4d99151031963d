import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { gatherEvidence } from '../../src/action/evidence.ts';
import { loadDocument } from '../../src/api/report-document.ts';
import { comment } from '../../src/report/comment.ts';
import { documentCells } from '../../src/report/document-cells.ts';
import { stepSummary } from '../../src/report/summary/step-summary.ts';
import { bpfcompat } from './support/cli.ts';
import { CLI, example, fixture } from './support/places.ts';
import { commandsInJson, printedCommands } from './support/printed.ts';
import { scratchDir } from './support/scratch.ts';

// Whatever we print for people to copy is run here, and must end with the verdict that it repeats.
const [KERNEL, OTHER] = ['debian-12-6.1', 'debian-13-6.12'];
const cwd = scratchDir();

/** Exit code of a command line in a shell. */
async function shell(
  command: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly reported: string }> {
  const PATH = [dirname(CLI), process.env['PATH']].join(delimiter);
  try {
    const ran = await promisify(execFile)('bash', ['-c', command], { cwd, env: { ...process.env, PATH } });
    return { code: 0, stdout: ran.stdout, reported: ran.stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, reported: stderr };
  }
}

/** Everything that is written about a report, outside and inside the Action. */
async function printedAbout(file: string, terminal: string): Promise<string[]> {
  const document = await loadDocument(file, { cwd });
  const root = join(cwd, `evidence-${file}`);
  mkdirSync(root);
  const cells = documentCells(document);
  await gatherEvidence({ root, cells, workspace: cwd, ownRun: true, redact: (text) => text, about: {} });
  return [
    ...printedCommands(terminal),
    ...printedCommands(stepSummary(document, { workspace: cwd })),
    ...printedCommands(comment(document, { workspace: cwd })),
    ...readdirSync(cwd)
      .filter((name) => name.endsWith('.md'))
      .flatMap((name) => printedCommands(readFileSync(join(cwd, name), 'utf8'))),
    ...[join(root, 'manifest.json'), join(cwd, file)].flatMap((path) =>
      commandsInJson(JSON.parse(readFileSync(path, 'utf8'))),
    ),
  ];
}

/** What `explain` prints, and what the commands in it print in their turn. */
async function explained(command: string, seen = new Set<string>()): Promise<string[]> {
  if (seen.has(command)) return [];
  seen.add(command);
  const { code, stdout, reported } = await shell(command);
  expect(code, `${command}\n${reported}`).toBe(0);
  const printed = printedCommands(stdout);
  const next = printed.filter((one) => one.startsWith('bpfcompat explain'));
  const deeper: string[] = [];
  for (const one of next) deeper.push(...(await explained(one, seen)));
  return [...printed.filter((one) => !next.includes(one)), ...deeper];
}

async function expectVerdicts(commands: readonly string[], least: number, verdict = 2): Promise<void> {
  const tests = [...new Set(commands)].filter((one) => one.startsWith('bpfcompat test'));
  expect(tests.length).toBeGreaterThanOrEqual(least);
  for (const command of tests) {
    const { code, reported } = await shell(`${command} --quiet`);
    expect(code, `${command}\n${reported}`).toBe(verdict);
  }
}

beforeAll(() => {
  mkdirSync(join(cwd, 'compat'));
  copyFileSync(fixture('verifier_reject'), join(cwd, "it's refused [1].bpf.o"));
  copyFileSync(example('simple-pass'), join(cwd, 'passes.bpf.o'));
});

test('a run whose manifest requires more kernels than one of them', async () => {
  const manifest = `required_profiles: [${KERNEL}, ${OTHER}]\nfail_on: regression\n`;
  writeFileSync(join(cwd, 'compat/more.yaml'), manifest);
  const kernels = ['--kernels', `${KERNEL},${OTHER}`, '--offline'];
  const object = ['--artifact', "it's refused [1].bpf.o"];
  const pass = ['test', '--artifact', 'passes.bpf.o', ...kernels, '--quiet', '--out', 'base.json'];
  expect((await bpfcompat(pass, { cwd })).code).toBe(0);
  const files = ['--baseline', 'base.json', '--out', 'more.json', '--markdown', 'more.md', '--summary', 'job.md'];
  const args = ['test', ...object, '--manifest', 'compat/more.yaml', ...kernels, ...files];
  const { code, stdout, stderr } = await bpfcompat(args, { cwd });
  expect(code, stderr).toBe(2);
  const reported = await printedAbout('more.json', stdout);
  await expectVerdicts([...reported, ...(await explained('bpfcompat explain more.json'))], 2);
});

test('what a check of several objects says about where to look', async () => {
  const objects = ['passes.bpf.o', "it's refused [1].bpf.o"];
  const { code, stdout, stderr } = await bpfcompat([...objects, '--kernels', KERNEL, '--offline'], { cwd });
  expect(code, stderr).toBe(2);
  const [details] = /(?<=^Details: ).*$/m.exec(stdout) ?? expect.fail(stdout);
  const explained = await shell(details);
  expect(explained.code, `${details}\n${explained.reported}`).toBe(0);
  expect(explained.stdout).toContain('VERIFIER_REJECTION');
});

describe('a suite', () => {
  const SUITE = `
name: own
defaults: {matrix: one.yaml, report_dir: reports, max_insns: 95%}
cases:
  - {name: command, command: exit 3, artifact: ../passes.bpf.o}
  - {name: refused, artifact: "../it's refused [1].bpf.o"}
  - {name: refused-again, artifact: "../it's refused [1].bpf.o", validation_mode: load_only, max_insns: 90%}
  - name: asset
    artifact: ../passes.bpf.o
    assets: [said.txt]
    test: {mode: behavior, command: "cat  said.txt; grep -q '##\\\\[no' said.txt", timeout: 10s}
  - {name: passes, artifact: ../passes.bpf.o}
`;

  test('with assets, and several cases of one object', async () => {
    writeFileSync(join(cwd, 'compat/suite.yaml'), SUITE);
    writeFileSync(join(cwd, 'compat/one.yaml'), `profiles: [{id: ${KERNEL}}]\n`);
    writeFileSync(join(cwd, 'compat/said.txt'), 'yes\n');
    const args = [
      'suite',
      '--suite',
      'compat/suite.yaml',
      '--out',
      'suite.json',
      '--markdown',
      'suite.md',
      '--offline',
    ];
    const { code, stdout, stderr } = await bpfcompat([...args, '--summary', 'suite-job.md'], { cwd });
    expect(code, stderr).toBe(2);
    const reported = await printedAbout('suite.json', stdout);
    for (const name of ['command', 'refused', 'refused-again', 'asset'])
      reported.push(...(await explained(`bpfcompat explain suite.json --artifact ${name}`)));
    await explained('bpfcompat explain suite.json');
    await expectVerdicts(reported, 4);
  });

  const GATE = `
name: gate
defaults: {report_dir: reports}
cases:
  - name: declared
    artifact: "../it's refused [1].bpf.o"
    kernels: [${KERNEL}]
    expectations: [{expect: fail, kernels: "<6.12", code: VERIFIER_REJECTION, reason: it is made so}]
  - {name: old, artifact: "../it's refused [1].bpf.o", kernels: [${KERNEL}], min_kernel: "6.12"}
`;

  test('whose own words make failures decide nothing', async () => {
    writeFileSync(join(cwd, 'compat/gate.yaml'), GATE);
    const args = ['suite', '--suite', 'compat/gate.yaml', '--out', 'gate.json', '--offline'];
    const { code, stdout, stderr } = await bpfcompat(args, { cwd });
    // The one promises nothing about kernels that were requested: no failure decides, and that is not a pass.
    expect(code, stderr).toBe(1);
    const reported = await printedAbout('gate.json', stdout);
    for (const name of ['declared', 'old'])
      reported.push(...(await explained(`bpfcompat explain gate.json --artifact ${name}`)));
    // Documents of the runs before lie there, too.
    const about = (name: string) => reported.filter((one) => one.includes(`${name}.behavior-manifest.yaml`));
    await expectVerdicts(about('declared'), 1, 0);
    await expectVerdicts(about('old'), 1, 1);
  });
});
