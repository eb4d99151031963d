// Writes docs/support-matrix.md from a real run: every example of this repository on every kernel of the matrix debian.
// Usage: npm run support-matrix (after make build validator examples). The verdicts are those of this run and of no other.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownTable } from 'markdown-table';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-support-'));

function run() {
  const args = ['test', '--artifact', 'examples/*/*.bpf.o', '--matrix', 'matrices/debian.yaml', '--fail-on', 'never'];
  const places = ['--out', join(dir, 'all.json'), '--workdir', join(dir, 'work')];
  const { status } = spawnSync('bin/bpfcompat', [...args, ...places], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`bpfcompat ended with ${status}; nothing was written`);
  const collection = JSON.parse(readFileSync(join(dir, 'all.json'), 'utf8'));
  if (!collection.complete) throw new Error('a cell has no result; nothing was written');
  return collection;
}

/** `pass`, or what decided. Codes are links to their page. */
function cell({ status, causes = [] }) {
  if (status !== 'fail') return status;
  const codes = [...new Set(causes.filter(({ decisive }) => decisive !== false).map(({ code }) => code))];
  return codes.map((code) => `[${code}](findings.md#${code.toLowerCase()})`).join(', ') || 'fail';
}

try {
  const { cases, started_at } = run();
  const { targets } = JSON.parse(readFileSync(cases[0].report_json_path, 'utf8'));
  const short = (id) => id.replace(/^debian-(\d+)-/, '$1: ');
  const table = [
    ['kernel', 'build', ...cases.map(({ name }) => `\`${name}\``)],
    ...targets.map(({ profile_id, kernel_package }, at) => [
      `Debian ${short(profile_id)}`,
      kernel_package.version,
      ...cases.map((one) => cell(one.targets[at])),
    ]),
  ];
  writeFileSync(
    'docs/support-matrix.md',
    `# Support matrix

What the examples of this repository got on Debian's kernels, in one run of ${started_at.slice(0, 10)}
(\`npm run support-matrix\` writes this page): *pass* means that every program was loaded (one that cannot be attached is a warning), else the code of the cause. A table of
your own objects: \`bpfcompat site build\` ([site.md](site.md)) has one, and \`--markdown\` writes one for each run.

${markdownTable(table)}

Each cell ran in a fresh VM with ${[...new Set(targets.map(({ guest }) => guest?.accel ?? 'no guest'))].join(', ')}. Some examples are
made to fail: [../examples](../examples) says why.
`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}
