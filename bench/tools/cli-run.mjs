// One run of the command line program, as a user starts it, with its memory.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { watchMemory } from './memory.mjs';

/** Resolves with `{ ms, peakBytes, samples }`. @throws Error when the program could not respond */
export function cliRun(bench, { objects, kernels, slots = 2 }) {
  const workDir = join(bench.dir, 'cli');
  const args = ['build/cli.mjs', 'test', ...objects.flatMap((path) => ['--artifact', path])];
  args.push('--kernels', kernels.join(','), '--concurrency', String(slots), '--offline');
  args.push('--workdir', workDir, '--out', join(workDir, 'report.json'));
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, args, {
      cwd: bench.root,
      env: bench.store.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const memory = watchMemory(child.pid);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-2000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const ms = performance.now() - started;
      const measured = memory.stop();
      rmSync(workDir, { recursive: true, force: true });
      // 2: a kernel rejected it, which is a result.
      if (code === 0 || code === 2) resolve({ ms, ...measured });
      else reject(new Error(`bpfcompat ended with ${code}:\n${said}`));
    });
  });
}
