import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SystemKernel } from '../../model/disk-image.ts';
import { CancelledError } from '../../model/errors.ts';
import { GuestError, type OpenOptions } from '../guest.ts';
import { consoleTail, machineFailure } from '../machine-failure.ts';
import { type RunningMachine, startMachine } from '../qemu/machine.ts';
import { bootTrouble } from './boot-trouble.ts';
import { type SystemSpec, wrapSystem } from './machine.ts';
import { packagesDisk } from './packages-disk.ts';
import { KERNEL_INSTALLED, KERNEL_NOT_INSTALLED } from './seed.ts';

/** Packages and an initramfs, made by programs that are emulated: it was seen to take 12 minutes on a busy machine. */
const INSTALL_MINUTES = 60;
const WATCH_MS = 500;
/** QEMU runs as a user of its own; the directory is private. */
const READ_MODE = 0o444;

/**
 * Boots a system for the first time, and has it install a kernel on its disk and power off.
 * @param disk what it writes to, and boots from the next time
 * @throws GuestError where it did not say that it is done, with what it said instead; CancelledError. Nothing is left
 * running then.
 */
export async function installKernel(
  spec: SystemSpec,
  kernel: SystemKernel,
  disk: string,
  { signal, dir }: OpenOptions,
): Promise<void> {
  const { host } = spec;
  spec.onNote(`${spec.image.name} installs kernel ${kernel.release}, once: that takes it some minutes`);
  await using own = await host.files.tempDir('bpfcompat-disk-');
  const packages = join(own.path, 'packages');
  await host.files.writeAtomic(packages, await packagesDisk(host, kernel));
  await host.files.setMode(packages, READ_MODE);
  const { qemu } = await wrapSystem(spec, { overlay: disk, packages }, signal);
  if (signal.aborted) throw new CancelledError();
  const machine = startMachine(host, qemu);
  try {
    await installed(machine, kernel, () => host.monotonicMs(), signal);
  } finally {
    await machine.stop();
    await host.files.writeAtomic(join(dir, 'install.log'), machine.console.bytes());
  }
}

/** Waits until the system has powered off, and looks at what it said. */
async function installed(
  machine: RunningMachine,
  { release }: SystemKernel,
  now: () => number,
  signal: AbortSignal,
): Promise<void> {
  const until = now() + INSTALL_MINUTES * 60_000;
  const failed = (words: string, cause: 'system_failed' | 'boot_timeout' = 'system_failed'): GuestError =>
    new GuestError(cause, `${words}; see install.log`, { consoleTail: consoleTail(machine) });
  for (;;) {
    const end = await Promise.race([machine.ended, sleep(WATCH_MS, undefined, { ref: false })]);
    if (signal.aborted) throw new CancelledError('cancelled', { cause: signal.reason });
    const text = machine.console.text();
    const wrong = new RegExp(`^bpfcompat: (${KERNEL_NOT_INSTALLED}.{0,500})`, 'm').exec(text)?.[1]?.trim();
    if (wrong !== undefined) throw failed(`kernel ${release}: ${wrong}`);
    if (end !== undefined) {
      if (text.includes(`bpfcompat: ${KERNEL_INSTALLED} ${release}`)) return;
      throw machineFailure(machine, end, 'boot', []);
    }
    const trouble = bootTrouble(text);
    if (trouble !== undefined) throw failed(`the system of the image did not come up: ${trouble}`);
    if (now() > until)
      throw failed(`kernel ${release} was not installed within ${INSTALL_MINUTES} minutes`, 'boot_timeout');
  }
}
