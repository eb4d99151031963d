import { join } from 'node:path';
import type { Host } from '../../host/host.ts';

/** File systems in memory: a guest whose memory lies there boots as fast as one without a file, on a disk it takes a fifth longer. */
const IN_MEMORY = '/dev/shm';
const PREFIX = 'bpfcompat-ram-';

/**
 * A private directory in memory for a guest's memory, or `otherwise` where there is none with room.
 * What a killed process left there is removed first: it would take memory until the machine stops.
 */
export async function fastMemory(
  host: Host,
  bytesNeeded: number,
  otherwise: string,
): Promise<{ readonly path: string } & AsyncDisposable> {
  const disk = { path: otherwise, [Symbol.asyncDispose]: async () => {} };
  try {
    await sweep(host);
    if ((await host.files.freeBytes(IN_MEMORY)) < bytesNeeded) return disk;
    return await host.files.tempDir(`${PREFIX}${host.pid}-`, IN_MEMORY);
  } catch {
    return disk;
  }
}

/** Copies memory without its holes. @throws Error with the words of cp */
export async function copyMemory(host: Host, from: string, to: string): Promise<void> {
  const { exitCode, stderr } = await host.run('cp', ['--sparse=auto', '--', from, to]);
  if (exitCode !== 0) throw new Error(`cannot copy ${from} to ${to}: ${stderr.toString('utf8').slice(0, 200)}`);
}

async function sweep(host: Host): Promise<void> {
  for (const name of await host.files.list(IN_MEMORY)) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || (await host.files.stat(`/proc/${owner}`)) !== undefined) continue;
    // Not ours to remove when another user left it.
    await host.files.remove(join(IN_MEMORY, name)).catch(() => {});
  }
}
