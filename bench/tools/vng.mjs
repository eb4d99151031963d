// The same test with virtme-ng: boot the kernel on the host's files, run the same validator on the object.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const VALIDATOR = 'build/validator/x86_64/bpfcompat-validator';
const LIMIT_MS = 180_000;

/** First line of `vng --version`, or undefined where there is none that runs. */
export function vngVersion(command = 'vng') {
  try {
    return execFileSync(command, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** Can vng boot this kernel without its modules? It needs the host's files over virtio-fs. */
export function bootsWithoutModules(configPath) {
  const config = readFileSync(configPath, 'utf8');
  return ['VIRTIO_PCI', 'VIRTIO_FS', 'VIRTIO_CONSOLE'].every((name) => config.includes(`CONFIG_${name}=y\n`));
}

/** Puts what the guests read into one directory. Not below /tmp: the guests have a /tmp of their own. */
export function prepareVng(dir, objects, kernels) {
  mkdirSync(dir, { recursive: true });
  const copy = (from, name) => {
    copyFileSync(from, join(dir, name));
    return join(dir, name);
  };
  return {
    dir,
    validator: copy(VALIDATOR, 'validator'),
    objects: objects.map((path, index) => copy(path, `${index}.bpf.o`)),
    kernels: kernels.map(({ id, vmlinuz }) => copy(vmlinuz, `vmlinuz-${id}`)),
  };
}

/**
 * Boots one guest that tests `objects` one after the other. Resolves when it has ended, with every result given
 * (exit code of the validator: 0 pass, 2 fail).
 * @throws Error with its last words when one is missing
 */
export function runVng({ dir, validator }, { vmlinuz, objects, accel, memoryMb }) {
  // Its own way back for output needs a module that these kernels do not build in: the results go into a file.
  const back = mkdtempSync(join(dir, 'answers-'));
  const results = join(back, 'answers');
  const script = objects
    .map((path) => `${validator} --artifact ${path} --out /run/result; echo $? >>${results}`)
    .join('; ');
  const args = ['vng', '-r', vmlinuz, '--memory', `${memoryMb}M`, '--cpus', '1', '--rwdir', back];
  if (accel === 'tcg') args.push('--disable-kvm');
  // vng does not work without a terminal: script(1) gives it one.
  const command = [...args, '--exec', script].map((word) => `'${word}'`).join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said = `${said}${chunk}`.slice(-4000);
      });
    }
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      const codes = existsSync(results) ? readFileSync(results, 'utf8').split('\n').slice(0, -1) : [];
      if (codes.length === objects.length && codes.every((code) => /^[02]$/.test(code))) resolve(codes.map(Number));
      else reject(new Error(said.trim().slice(-300) || 'it ended without an answer'));
    });
  });
}
