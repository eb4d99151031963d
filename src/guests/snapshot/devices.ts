import type { Device } from '../qemu/devices.ts';

/**
 * How a guest uses the file of its memory. `written`: what the guest writes goes into the file, while a template is made.
 * Else the guest has a private copy of every page that it changes: of a file that is open for reading alone
 * (`read-only`), or of one that older QEMUs insist on opening for writing (`own`).
 */
export type RamUse = 'written' | 'read-only' | 'own';

const USES: Readonly<Record<RamUse, string>> = {
  written: 'share=on',
  'read-only': 'share=off,readonly=on,rom=off',
  own: 'share=off',
};

/** QEMU 8.2 and newer have guests whose memory is a file that no one may write to. @param version such as `7.2.22` */
export function sharesRam(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 8 || (major === 8 && minor >= 2);
}

/** The guest's memory in a file. */
export function ramFile(path: string, memoryMb: number, use: RamUse): Device {
  return {
    args: [
      ...['-object', `memory-backend-file,id=ram,size=${memoryMb}M,mem-path=${path},${USES[use]}`],
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
