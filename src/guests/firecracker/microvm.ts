import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { CancelledError } from '../../model/errors.ts';
import type { Hello } from '../../model/evidence.ts';
import { type Guest, GuestError, type OpenOptions } from '../guest.ts';
import { openGuest } from '../running-guest.ts';
import type { GuestTools } from '../tools.ts';
import { ApiError } from './api.ts';
import type { Firecracker } from './find-firecracker.ts';
import { bootRequests, type MicroVm, restoreRequests, type SavedFiles } from './requests.ts';
import { startVmm, type Vmm } from './vmm.ts';

/** One kernel with what its guests are made of. */
export interface MicroVmSpec {
  readonly host: Host;
  readonly firecracker: Firecracker;
  readonly tools: GuestTools;
  readonly release: string;
  readonly vm: MicroVm;
}

/** A guest of one kernel as it was when it had said hello; it lives as long as the run. */
export interface SavedVm extends SavedFiles {
  readonly hello: Hello;
  /** What the file system said of its memory. */
  readonly stamp: string;
}

/** How a guest begins: from nothing, or where it was saved. */
export interface VmStart {
  readonly saved?: SavedVm;
  /** Called before the guest is ended by whoever has it. */
  readonly onUp?: (vmm: Vmm) => Promise<void>;
}

/** One guest of Firecracker. @throws GuestError */
export async function openVm(spec: MicroVmSpec, options: OpenOptions, start: VmStart = {}): Promise<Guest> {
  const { host, vm, release } = spec;
  if (options.signal.aborted) throw new CancelledError();
  const vmm = await startVmm(host, { ...spec, sandbox: spec.tools.sandbox });
  const { saved, onUp } = start;
  const released = async (): Promise<void> => {
    const log = await vmm.log().catch(() => '');
    if (log !== '') await host.files.writeAtomic(join(options.dir, 'firecracker.log'), log).catch(() => {});
    await vmm[Symbol.asyncDispose]();
  };
  const begin = (): Promise<void> => explained(bootVm(vmm, vm));
  const resume = (): Promise<void> => (saved === undefined ? Promise.resolve() : explained(resumeVm(vmm, saved)));
  try {
    const launch = {
      qemu: { command: '', args: [], layers: [] },
      release,
      channel: 'serial',
      start: () => vmm.machine,
      ...(saved === undefined ? { begin } : { saved: { hello: saved.hello, resume } }),
    } as const;
    const opened = await openGuest(host, launch, options);
    await onUp?.(vmm).catch(async (error: unknown) => {
      await opened[Symbol.asyncDispose]();
      throw error;
    });
    const end = async (): Promise<void> => {
      // Where there is no room for logs, there is less than ever for copies of memory.
      try {
        await opened[Symbol.asyncDispose]();
      } finally {
        await released();
      }
    };
    return { ...opened, sandboxLayers: vmm.layers, [Symbol.asyncDispose]: end };
  } catch (error) {
    await released();
    throw error;
  }
}

async function bootVm(vmm: Vmm, vm: MicroVm): Promise<void> {
  const { kernel, initrd, disk } = vm;
  await vmm.send(
    bootRequests({
      ...vm,
      kernel: await vmm.place(kernel, 'vmlinux'),
      initrd: initrd && (await vmm.place(initrd, 'initrd')),
      disk: disk && (await vmm.place(disk, 'rootfs')),
    }),
  );
}

async function resumeVm(vmm: Vmm, { state, memory }: SavedVm): Promise<void> {
  const files = { state: await vmm.place(state, 'state'), memory: await vmm.place(memory, 'memory') };
  await vmm.send(restoreRequests(files));
}

/** What Firecracker says of KVM is no fault of the guest. */
async function explained(sent: Promise<void>): Promise<void> {
  try {
    await sent;
  } catch (cause) {
    if (!(cause instanceof ApiError) || !/\bkvm\b/i.test(cause.message)) throw cause;
    throw new GuestError('kvm_unusable', `${cause.message}; use the direct lane, which emulates`, { cause });
  }
}
