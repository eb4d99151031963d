// What the figures were taken on: they mean nothing without it.
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

export const qemuCommand = (env) => env.BPFCOMPAT_QEMU || 'qemu-system-x86_64';

/** One line: date, cores, processor, memory, accelerator, QEMU, Node.js and kernel. */
export function describeMachine(env, accel) {
  const qemu = execFileSync(qemuCommand(env), ['--version'], { encoding: 'utf8' });
  const version = /version (\S+)/.exec(qemu)?.[1] ?? 'of unknown version';
  const date = new Date().toISOString().slice(0, 10);
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB of memory`;
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const host = `Linux ${release().split('-')[0]}`;
  const cores = `${availableParallelism()} cores (${processor})`;
  return `${date}: ${cores}, ${memory}, ${host}, QEMU ${version} with ${accel.toUpperCase()}, Node ${process.versions.node}`;
}

/** Load average of the last minute: what else this machine was doing. */
export const load = () => loadavg()[0].toFixed(1);
