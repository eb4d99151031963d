// What `npm publish` would publish, tried as somebody untrusted gets it: packed, installed into an empty directory, run there.
//   node scripts/package-check.mjs [OBJECT]   with an object it is checked on one kernel, too
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const object = process.argv[2] === undefined ? undefined : resolve(process.argv[2]);
const scratch = mkdtempSync(join(tmpdir(), 'bpfcompat-package-'));
const run = (command, args, cwd = scratch) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [{ filename, size }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', scratch], root));
  writeFileSync(join(scratch, 'package.json'), '{"name":"stranger","version":"1.0.0","type":"module"}');
  run('npm', ['install', '--prefer-offline', `./${filename}`]);
  const version = run('npx', ['--no-install', 'bpfcompat', 'version']).trim();
  const listed = run('npx', ['--no-install', 'bpfcompat', 'profile', 'list', '--matrix', 'quick']).trim().split('\n');
  if (listed.length !== 4) throw new Error(`the matrix quick has ${listed.length} kernels in the package`);
  const own = run('node', [
    '--eval',
    "import('bpfcompat').then(({ validate }) => console.log(typeof validate))",
  ]).trim();
  if (own !== 'function') throw new Error('the library does not export validate');
  if (object !== undefined) {
    run('npx', ['--no-install', 'bpfcompat', object, '--kernels', 'debian-12-6.1']);
    if (!existsSync(join(scratch, 'bpfcompat-report/report.json'))) throw new Error('no report was written');
  }
  console.log(`${filename}: ${(size / 1e6).toFixed(1)} MB; ${version}`);
} finally {
  rmSync(scratch, { recursive: true });
}
