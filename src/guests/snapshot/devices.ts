import type { Device } from '../qemu/devices.ts';

/**
 * The guest's memory in a file. `shared`: the guest writes into the file (only while a template is made); else it has a
 * private copy of every page that it changes, and all guests of one template share the rest.
 */
export function ramFile(path: string, memoryMb: number, shared: boolean): Device {
  const share = shared ? 'on' : 'off';
  return {
    args: [
      ...['-object', `memory-backend-file,id=ram,size=${memoryMb}M,mem-path=${path},share=${share}`],
      ...['-machine', 'memory-backend=ram'],
    ],
    kernelArgs: [],
  };
}

/** QEMU's control channel on descriptor `fd`, a connected socket. */
export function controlChannel(fd: number): Device {
  return { args: ['-chardev', `socket,id=control,fd=${fd}`, '-mon', 'chardev=control,mode=control'], kernelArgs: [] };
}

/** The machine waits for a saved state instead of booting. */
export const incoming: Device = { args: ['-incoming', 'defer'], kernelArgs: [] };
