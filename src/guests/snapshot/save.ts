import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../host/host.ts';
import { connectQmp, type Qmp } from './qmp.ts';

/** Device states are some 0.3 MB; more means that memory got into them. */
const MAX_STATE_BYTES = 64 * 1024 * 1024;
/** Paths of sockets are short (107 bytes), and temporary directories of runners are not. */
const SOCKET_NAME_BYTES = 8;
const POLL_MS = 2;
const GIVE_UP_MS = 20_000;
const SHARED_DIR = '/dev/shm';

/** Memory stays where it is (in its file): only what is not shared memory goes into the state. */
const CAPABILITIES = { capabilities: [{ capability: 'x-ignore-shared', state: true }] };

/** Lets QEMU load a state with the memory that its file has. Resolves once the guest runs. */
export async function resumeFrom(control: Duplex | undefined, uri: string): Promise<void> {
  if (control === undefined) throw new Error('QEMU has no control channel');
  const qmp = await connectQmp(control);
  const resumed = qmp.event('RESUME');
  await qmp.execute('migrate-set-capabilities', CAPABILITIES);
  await qmp.execute('migrate-incoming', { uri });
  await resumed;
}

/** A guest that stands still since its state was written. */
interface StoppedGuest {
  /** Lets it run again: from then on it writes into its memory file. */
  goOn(): Promise<void>;
}

/**
 * Writes the device state of a running guest into `stateFile` and leaves the guest stopped; its memory file is then
 * complete. The state carries that the guest was running, so a restored one goes on by itself.
 */
export async function saveState(host: Host, control: Duplex, stateFile: string): Promise<StoppedGuest> {
  const qmp = await connectQmp(control);
  await qmp.execute('migrate-set-capabilities', CAPABILITIES);
  await qmp.execute('migrate-set-parameters', { 'max-bandwidth': 1 << 30, 'downtime-limit': 10_000 });
  try {
    await migrateTo(host, qmp, stateFile, undefined);
  } catch (error) {
    // A temporary directory of the user's own may be closed to QEMU, which has a uid of its own: this one is open to all.
    // Where QEMU came through, something else is wrong.
    const came = (await host.files.stat(stateFile)) !== undefined;
    if (!(error instanceof MigrationError) || came) throw error;
    await migrateTo(host, qmp, stateFile, SHARED_DIR);
  }
  return {
    async goOn() {
      await qmp.execute('cont');
    },
  };
}

class MigrationError extends Error {}

async function migrateTo(host: Host, qmp: Qmp, stateFile: string, parent: string | undefined): Promise<void> {
  // QEMU's sandbox forbids programs and it takes no descriptor here: a Unix socket is left, with a short path.
  await using dir = await host.files.tempDir('bpfcompat-', parent);
  const socket = `${dir.path}/${randomBytes(SOCKET_NAME_BYTES).toString('base64url')}`;
  await using reception = await host.files.receive(socket, stateFile, MAX_STATE_BYTES);
  // QEMU has a uid of its own that is in no group of ours: it gets through to a name that no one can list or guess.
  await host.files.setMode(socket, 0o666);
  await host.files.setMode(dir.path, 0o711);
  await qmp.execute('migrate', { uri: `unix:${socket}` });
  await completed(qmp, host);
  await reception.done;
}

async function completed(qmp: Qmp, host: Host): Promise<void> {
  const started = host.monotonicMs();
  while (host.monotonicMs() - started < GIVE_UP_MS) {
    const { status, 'error-desc': reason } = (await qmp.execute('query-migrate')) as Record<string, unknown>;
    if (status === 'completed') return;
    if (status === 'failed' || status === 'cancelled')
      throw new MigrationError(`QEMU could not save the guest: ${reason}`);
    await sleep(POLL_MS);
  }
  throw new Error(`QEMU did not save the guest within ${GIVE_UP_MS} ms`);
}
