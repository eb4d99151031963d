import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { sha256 } from './canonical.ts';

/** So that the id of a host says nothing to whoever knows its machine-id from elsewhere. */
const SALT = 'bpfcompat-agent';

/** machine-id(5): while a system boots for the first time the file says `uninitialized`, as it does in images of systems. */
const MACHINE_ID = /^(?!0{32})[0-9a-f]{32}$/;

/** The id of this host: of machine-id(5), which itself stays private. Undefined where there is none, or none yet. */
export async function hostId(host: Host): Promise<string | undefined> {
  if ((await host.files.stat('/etc/machine-id')) === undefined) return undefined;
  const id = (await host.files.read('/etc/machine-id', 4096)).toString('utf8').trim();
  return MACHINE_ID.test(id) ? sha256(`${SALT}\n${id}`) : undefined;
}

/** The file whose presence denies everything. */
export function killSwitchPath(host: Host, workdir: string): string {
  return host.env['BPFCOMPAT_AGENT_KILL_SWITCH'] || join(workdir, 'kill-switch');
}

/** Whatever lies there, and however it cannot be read: it denies. */
export async function isKilled(host: Host, workdir: string): Promise<boolean> {
  const path = killSwitchPath(host, workdir);
  try {
    // A link is there, too, also one that leads nowhere.
    await host.files.rejectLink(path);
    return (await host.files.stat(path)) !== undefined;
  } catch {
    return true;
  }
}
