// Says whether dist/ is what the sources give. The bundle is rebuilt and compared byte by byte; the validator must have
// its digest and come from these sources, and is rebuilt where this machine has the same compiler and libraries.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolchain, VALIDATORS, validatorSources } from './validator-origin.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const DIR = 'dist/validator';
const problems = [];
const scratch = mkdtempSync(join(tmpdir(), 'bpfcompat-dist-'));

function same(built, committed) {
  return readFileSync(built).equals(readFileSync(committed));
}

function checkBundle() {
  execFileSync(process.execPath, ['scripts/build-action.mjs', scratch, '--bundle-only'], { stdio: 'inherit' });
  for (const name of ['action.cjs', 'clients.cjs', 'frame-thread.mjs', 'licenses.txt']) {
    if (!same(join(scratch, name), join('dist', name))) problems.push(`dist/${name} is not what the sources give`);
  }
}

function rebuildValidator({ arch, name, built }) {
  const copy = join(scratch, 'source');
  cpSync('validator-c', join(copy, 'validator-c'), { recursive: true });
  execFileSync('make', ['--no-print-directory', '-C', join(copy, 'validator-c'), `ARCH=${arch}`], { stdio: 'inherit' });
  if (!same(join(copy, built), join(DIR, name))) {
    problems.push(`${DIR}/${name} is not what its sources give`);
  }
}

function checkValidators() {
  const sums = VALIDATORS.map(({ name }) => {
    const digest = createHash('sha256')
      .update(readFileSync(join(DIR, name)))
      .digest('hex');
    return `${digest}  ${name}\n`;
  });
  if (readFileSync(join(DIR, 'SHA256SUMS'), 'utf8') !== sums.join('')) {
    problems.push(`the validators do not have the digests of ${DIR}/SHA256SUMS`);
  }
  const { sources_sha256: sources, ...tools } = JSON.parse(readFileSync(join(DIR, 'origin.json'), 'utf8'));
  if (sources !== validatorSources()) problems.push('the validators were built from other sources than validator-c');
  const here = toolchain();
  if (JSON.stringify(here) === JSON.stringify(tools)) VALIDATORS.forEach(rebuildValidator);
  else console.log(`not rebuilt: they were made with ${tools.compiler}, here is ${here.compiler}`);
}

try {
  checkBundle();
  checkValidators();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const problem of problems) console.error(`${problem}; run: make dist`);
if (problems.length > 0) process.exit(1);
console.log('dist is what the sources give');
