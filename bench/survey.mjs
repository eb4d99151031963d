// Tests every compiled BPF object of Debian's packages on all kernels of the matrix `debian`, and prints what was
// found by cause, for a person to look at: does it say the truth?
//
//   npm run survey -- [--kernels ID,...] [--dir DIR]      DIR keeps objects and reports; default build/survey
//
// Ends with 2 when a cell gave no result or its cause is UNKNOWN.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { matrixProfiles, validate, words } from '../lib/index.js';
import { extractObjects } from './tools/embedded-objects.mjs';
import { filesOfPackage } from './tools/fetch-objects.mjs';
import { table } from './tools/table.mjs';

const PACKAGES = {
  bookworm: ['libbpf-tools', 'libxdp1', 'xdp-tools', 'ir-keytable'],
  sid: [
    ...['libbpf-tools', 'libxdp1', 'xdp-tools', 'udev-hid-bpf', 'suricata', 'nsd', 'pwru', 'systemd', 'ir-keytable'],
    ...['opensnitch-ebpf-modules', 'rtc-testbench'],
  ],
};
const EXAMPLES = 3;
const MAX_TITLE = 110;

const progress = (text) => console.error(`survey: ${text}`);

/** Every object of the packages, each content once, by package. */
async function collect(dir) {
  const seen = new Set();
  const objects = [];
  for (const [suite, names] of Object.entries(PACKAGES)) {
    for (const name of names) {
      const workDir = mkdtempSync(join(tmpdir(), 'survey-'));
      try {
        const files = await filesOfPackage({ env: process.env, name, suite, cacheDir: join(dir, suite), workDir });
        const found = extractObjects(files, join(dir, 'objects', `${suite}-${name}`), seen);
        progress(`${name} of ${suite}: ${found.length} objects`);
        objects.push(...found);
      } finally {
        rmSync(workDir, { recursive: true, force: true });
      }
    }
  }
  return objects;
}

/** Findings that decided a cell, by what a person would call one cause. */
function causesOf(report) {
  const causes = new Map();
  for (const { cell, outcome } of report.results) {
    if (outcome.status !== 'fail') continue;
    for (const finding of outcome.findings) {
      const key = [finding.group, finding.code, finding.args.reason ?? '', finding.confidence].join(' | ');
      const cause = causes.get(key) ?? { key, cells: new Set(), objects: new Set(), titles: new Set() };
      causes.set(key, cause);
      cause.cells.add(`${cell.artifact}/${cell.target}`);
      cause.objects.add(basename(report.artifacts[cell.artifact].path));
      cause.titles.add(words(finding).title.slice(0, MAX_TITLE));
    }
  }
  return [...causes.values()].sort((a, b) => b.cells.size - a.cells.size);
}

const options = { kernels: { type: 'string' }, dir: { type: 'string', default: 'build/survey' } };
const { values } = parseArgs({ options });
const dir = resolve(values.dir);
rmSync(join(dir, 'objects'), { recursive: true, force: true });
mkdirSync(dir, { recursive: true });
const objects = await collect(dir);
const kernels = values.kernels?.split(',') ?? (await matrixProfiles('debian'));
progress(`${objects.length} objects on ${kernels.length} kernels`);
let done = 0;
const { report } = await validate({
  artifacts: objects,
  kernels,
  workDir: join(dir, 'work'),
  env: process.env,
  onEvent: ({ type }) => {
    if (type === 'cell-end' && ++done % 100 === 0) progress(`${done} of ${objects.length * kernels.length} cells`);
  },
});
const count = (status) => report.results.filter(({ outcome }) => outcome.status === status).length;
const unknown = report.results.filter(({ outcome }) => outcome.findings?.some(({ code }) => code === 'UNKNOWN'));
const silent = report.results.filter(({ outcome }) => outcome.status === 'infra_error' || outcome.status === 'skipped');
console.log(
  `${objects.length} objects on ${kernels.length} kernels: ${report.results.length} cells, ${count('pass')} pass,`,
);
console.log(`${count('fail')} fail, ${silent.length} without a result, ${unknown.length} UNKNOWN.\n`);
const rows = causesOf(report).map(({ key, cells, objects: some, titles }) => {
  return [...key.split(' | '), cells.size, some.size, [...titles].slice(0, EXAMPLES).join('; ')];
});
console.log(table(['who', 'code', 'reason', 'confidence', 'cells', 'objects', 'for example'], rows));
for (const { cell, outcome } of [...silent, ...unknown]) {
  const name = basename(report.artifacts[cell.artifact].path);
  console.log(`- ${name} on ${kernels[cell.target]}: ${outcome.message ?? outcome.reason ?? 'UNKNOWN'}`);
}
process.exitCode = silent.length + unknown.length > 0 ? 2 : 0;
