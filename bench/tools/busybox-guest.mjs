// The guest one would make by hand: busybox in an initramfs whose init says a word and powers off.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MARKER = 'bench-guest-ready';
const INIT = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox echo ${MARKER}
/bin/busybox poweroff -f
`;

/** Writes a gzipped initramfs into `dir`. @returns its path */
export function busyboxInitramfs(dir) {
  const busybox = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
  const tree = join(dir, 'tree');
  for (const name of ['bin', 'proc', 'sys', 'dev']) mkdirSync(join(tree, name), { recursive: true });
  copyFileSync(busybox, join(tree, 'bin/busybox'));
  writeFileSync(join(tree, 'init'), INIT);
  chmodSync(join(tree, 'init'), 0o755);
  const image = join(dir, 'busybox.cpio.gz');
  execFileSync('sh', ['-c', `cd "$1" && find . | cpio -o -H newc --quiet | gzip -1 >"$2"`, 'sh', tree, image]);
  return image;
}

/** Boots `vmlinuz` and resolves with the milliseconds from starting QEMU to the word on the console. */
export function bootByHand({ qemu, vmlinuz, initramfs, accel, memoryMb }) {
  const args = ['-machine', `q35,accel=${accel}`, '-m', String(memoryMb), '-nographic', '-nic', 'none', '-no-reboot'];
  args.push('-kernel', vmlinuz, '-initrd', initramfs, '-append', 'console=ttyS0 quiet panic=-1');
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(qemu, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), 120_000);
    let console = '';
    let readyMs;
    const onData = (chunk) => {
      console += chunk;
      if (readyMs === undefined && console.includes(MARKER)) readyMs = performance.now() - started;
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      if (readyMs === undefined) reject(new Error(`${vmlinuz} did not come up by hand:\n${console.slice(-2000)}`));
      else resolve(readyMs);
    });
  });
}
