// Says whether dist/ is what the sources give. The bundle is rebuilt and compared byte by byte; the validator must have
// its digest and come from these sources, and is rebuilt where this machine has the same compiler and libraries.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolchain, validatorSources } from './validator-origin.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
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

function rebuildValidator(program) {
  const copy = join(scratch, 'source');
  cpSync('validator-c', join(copy, 'validator-c'), { recursive: true });
  execFileSync('make', ['--no-print-directory', '-C', join(copy, 'validator-c')], { stdio: 'inherit' });
  if (!same(join(copy, 'build/validator/x86_64/bpfcompat-validator'), program)) {
    problems.push(`${program} is not what its sources give`);
  }
}

function checkValidator() {
  const program = 'dist/validator/bpfcompat-validator-x86_64';
  const digest = createHash('sha256').update(readFileSync(program)).digest('hex');
  if (readFileSync('dist/validator/SHA256SUMS', 'utf8') !== `${digest}  bpfcompat-validator-x86_64\n`) {
    problems.push(`${program} does not have the digest of dist/validator/SHA256SUMS`);
  }
  const { sources_sha256: sources, ...tools } = JSON.parse(readFileSync('dist/validator/origin.json', 'utf8'));
  if (sources !== validatorSources()) problems.push(`${program} was built from other sources than validator-c`);
  const here = toolchain();
  if (JSON.stringify(here) === JSON.stringify(tools)) rebuildValidator(program);
  else console.log(`not rebuilt: ${program} was made with ${tools.compiler}, here is ${here.compiler}`);
}

try {
  checkBundle();
  checkValidator();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const problem of problems) console.error(`${problem}; run: make dist`);
if (problems.length > 0) process.exit(1);
console.log('dist is what the sources give');
