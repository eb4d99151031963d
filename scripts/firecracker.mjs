// firecracker.mjs preflight   says what `bpfcompat doctor` finds of Firecracker, and ends with 2 where it cannot be used
// firecracker.mjs dev-one     the same, then writes the profile and the matrix firecracker-dev-one
//
// The kernel is the file that BPFCOMPAT_FIRECRACKER_KERNEL names, else that of debian-12-6.1, which is fetched where it is not stored.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const program = process.env.BPFCOMPAT ?? 'bin/bpfcompat';
const ID = process.env.BPFCOMPAT_FIRECRACKER_PROFILE_ID || 'firecracker-dev-one';
const DIR = process.env.BPFCOMPAT_FIRECRACKER_ASSET_DIR || 'vm/cache/firecracker';
const KERNEL = 'debian-12-6.1';

/** What is wrong; undefined where a guest ran in Firecracker. */
function preflight() {
  const { stdout, stderr } = spawnSync(program, ['doctor', '--offline', '--json'], { encoding: 'utf8' });
  let checks;
  try {
    ({ checks } = JSON.parse(stdout));
  } catch {
    return `${program} doctor failed: ${stderr.trim()}`;
  }
  const check = checks.find(({ id }) => id === 'firecracker');
  if (check === undefined) return `${program} doctor does not know Firecracker; make build`;
  if (!check.what.startsWith('runner firecracker:')) return [check.what, check.remedy].filter(Boolean).join('; ');
  console.log([check.what, check.remedy].filter(Boolean).join('; '));
  return undefined;
}

/** The path of the kernel, below the top of the repository where it is one of ours. */
function kernel() {
  const named = process.env.BPFCOMPAT_FIRECRACKER_KERNEL;
  if (named) return named;
  const run = (...args) => {
    const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    if (status !== 0) process.exit(1);
    return stdout;
  };
  run('kernels', 'fetch', KERNEL);
  const { store, kernels } = JSON.parse(run('kernels', 'list', '--json'));
  const { release } = kernels.find(({ profile }) => profile === KERNEL);
  const records = readdirSync(join(store, 'kernels'))
    .filter((name) => name.startsWith(`${KERNEL}@`))
    .map((name) => JSON.parse(readFileSync(join(store, 'kernels', name), 'utf8')));
  const record = records.find((one) => one.release === release);
  mkdirSync(DIR, { recursive: true });
  const path = join(DIR, `vmlinuz-${release}`);
  copyFileSync(join(store, 'blobs/sha256', record.vmlinuz.sha256), path);
  return relative('.', path);
}

const [task] = process.argv.slice(2);
const problem = preflight();
if (problem !== undefined) {
  console.error(`firecracker-preflight: ${problem}`);
  process.exit(2);
}
if (task === 'dev-one') {
  const image = kernel();
  mkdirSync('vm/profiles', { recursive: true });
  writeFileSync(
    `vm/profiles/${ID}.yaml`,
    `id: ${ID}\ndistro: debian\nkernel_family: "6.1"\narch: x86_64\nrunner: firecracker\nboot: {memory_mb: 512}\nfirecracker: {kernel_image_path: ${JSON.stringify(image)}}\n`,
  );
  writeFileSync('matrices/firecracker-dev-one.yaml', `name: ${ID}\nprofiles:\n  - {id: ${ID}, required: true}\n`);
  console.log(`${ID} boots ${image}: ${readFileSync(image).length} bytes`);
}
