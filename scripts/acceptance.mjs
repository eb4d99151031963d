// Runs the acceptance cases of a Make target and holds exit codes and reports against what they must be:
//   acceptance.mjs acceptance|dev-one|functional-dev-one|expanded-runnable|latest-kernel|arm64-smoke|upstream-kernel|firecracker-dev-one
// Ends with 1 when a kernel could not be had, and with 2 when a result is other than expected.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const program = process.env.BPFCOMPAT ?? 'bin/bpfcompat';
const object = (folder) => `examples/${folder}/${folder.replaceAll('-', '_')}.bpf.o`;
const mvp = (name, folder, exit, codes = [], artifact = object(folder)) => ({
  artifact,
  manifest: `examples/${folder}/manifest.yaml`,
  matrix: 'mvp',
  report: `reports/${name}-mvp`,
  exit,
  codes,
});

const TASKS = {
  acceptance: [
    mvp('simple-pass', 'simple-pass', 0),
    mvp('ringbuf-modern', 'ringbuf-modern', 2, ['UNSUPPORTED_MAP_TYPE']),
    mvp('perfbuf-fallback', 'perfbuf-fallback', 0),
    mvp('core-relocation', 'core-relocation-fail', 2, ['MISSING_BTF', 'CORE_RELOCATION_FAILURE']),
    mvp('unsupported-attach', 'unsupported-attach', 2, ['UNSUPPORTED_ATTACH_TYPE']),
    mvp('unknown-load-fail', 'unknown-load-fail', 2, ['UNKNOWN'], 'examples/unknown-load-fail/invalid_object.bin'),
  ],
  'dev-one': [
    {
      artifact: object('simple-pass'),
      manifest: 'examples/simple-pass/manifest-dev-one.yaml',
      matrix: 'dev-one',
      more: ['--timeout', '8m'],
      report: 'reports/dev-one',
      exit: 0,
    },
  ],
  'functional-dev-one': [
    {
      artifact: object('functional-execve'),
      manifest: 'examples/functional-execve/manifest-dev-one.yaml',
      matrix: 'dev-one',
      more: ['--timeout', '8m', '--concurrency', '1'],
      report: 'reports/functional-execve-dev-one',
      exit: 0,
    },
  ],
  'expanded-runnable': [
    {
      artifact: object('simple-pass'),
      matrix: 'matrices/expanded-2026-runnable.yaml',
      more: ['--timeout', '15m', '--concurrency', '4'],
      report: 'reports/simple-pass-expanded-runnable',
      exit: 0,
    },
  ],
  'arm64-smoke': [
    {
      artifact: object('functional-execve'),
      manifest: 'examples/functional-execve/manifest-arm64-smoke.yaml',
      matrix: 'arm64-smoke',
      report: 'reports/functional-execve-arm64-smoke',
      exit: 0,
    },
  ],
  'upstream-kernel': [
    {
      artifact: object('functional-execve'),
      manifest: 'examples/functional-execve/manifest-upstream-kernel.yaml',
      matrix: 'matrices/upstream-kernel-runnable.yaml',
      // KERNELS may name images outside of this repository.
      more: ['--runner', 'virtme-ng', '--allow-profile-override', '--timeout', '20m', '--concurrency', '1'],
      report: 'reports/functional-execve-upstream-kernel',
      exit: 0,
    },
  ],
  'firecracker-dev-one': [
    {
      artifact: object('simple-pass'),
      manifest: 'examples/simple-pass/manifest-firecracker.yaml',
      matrix: 'matrices/firecracker-dev-one.yaml',
      // BPFCOMPAT_FIRECRACKER_KERNEL may name an image outside of this repository.
      more: ['--runner', 'firecracker', '--allow-profile-override', '--timeout', '5m'],
      report: 'reports/simple-pass-firecracker-dev-one',
      exit: 0,
    },
  ],
  'latest-kernel': [
    {
      artifact: object('functional-execve'),
      manifest: 'examples/functional-execve/manifest-latest-kernel.yaml',
      matrix: 'matrices/latest-kernel-sweep-runnable.yaml',
      more: ['--timeout', '12m'],
      report: 'reports/functional-execve-latest-kernel',
      exit: 0,
    },
  ],
};

/** What is other than expected of one case. */
function run({ artifact, manifest, matrix, more = [], report, exit, codes = [] }) {
  const args = ['test', '--artifact', artifact, '--matrix', matrix, '--out', `${report}.json`];
  args.push('--markdown', `${report}.md`, ...(manifest === undefined ? [] : ['--manifest', manifest]), ...more);
  console.log(`$ ${program} ${args.join(' ')}`);
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status === 1 || status === null) return { report, inconclusive: true, wrong: [] };
  const seen = new Set(
    JSON.parse(readFileSync(`${report}.json`, 'utf8')).targets.map((one) => one.classification_code),
  );
  const wrong = status === exit ? [] : [`${report}: exit code ${status}, expected ${exit}`];
  return {
    report,
    inconclusive: false,
    wrong: [...wrong, ...codes.filter((code) => !seen.has(code)).map((code) => `${report}: no kernel has ${code}`)],
  };
}

const cases = TASKS[process.argv[2]];
if (cases === undefined) {
  console.error(`acceptance: write one of ${Object.keys(TASKS).join(', ')}`);
  process.exit(1);
}
const ends = cases.map(run);
const wordOf = ({ inconclusive, wrong }) => (inconclusive ? 'inconclusive' : wrong.length > 0 ? 'FAIL' : 'pass');
for (const end of ends) console.log(`${wordOf(end).padEnd(12)} ${end.report}`);
const wrong = ends.flatMap((end) => end.wrong);
for (const line of wrong) console.error(`acceptance: ${line}`);
const silent = ends.filter(({ inconclusive }) => inconclusive).length;
if (silent > 0) console.error(`acceptance: ${silent} of ${ends.length} runs are inconclusive; the reasons stand above`);
if (wrong.length > 0) process.exitCode = 2;
else if (silent > 0) process.exitCode = 1;
else console.log(`acceptance: all ${ends.length} as expected`);
