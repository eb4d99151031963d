import { dirname } from 'node:path';
import type { Host } from '../host/host.ts';
import { HostError } from '../model/errors.ts';

/**
 * Modules of archives, one behind the other in a single file. A kernel has thousands of them and a guest loads a dozen:
 * most file systems take longer to make a file, and to remove it, than to write what is in it.
 */
export interface ModuleBundle {
  /** @param path where the module will be once somebody needs it, private; what was added there before is replaced */
  add(path: string, content: Uint8Array): Promise<void>;
  /** Makes the file of a module, see `UnpackedKernel.placeModule`. */
  place(path: string): Promise<void>;
}

/** Bytes that wait for being written together. */
const HELD_BYTES = 4 * 1024 * 1024;

/** @param file is made with the first module */
export function openBundle(host: Host, file: string): ModuleBundle {
  const parts = new Map<string, { readonly offset: number; readonly size: number }>();
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let written = 0;
  const write = async (): Promise<void> => {
    if (heldBytes === 0) return;
    const bytes = Buffer.concat(held, heldBytes);
    if (written === 0) await host.files.makeDir(dirname(file));
    await host.files.append(file, bytes);
    written += bytes.length;
    held = [];
    heldBytes = 0;
  };
  return {
    async add(path, content) {
      parts.set(path, { offset: written + heldBytes, size: content.length });
      held.push(content);
      heldBytes += content.length;
      if (heldBytes >= HELD_BYTES) await write();
    },
    async place(path) {
      const part = parts.get(path);
      if (part === undefined) return;
      await write();
      const bytes = await host.files.readHead(file, part.size, part.offset);
      if (bytes.length !== part.size) throw new HostError('kernel_damaged', `${file} was changed while it was in use`);
      await host.files.makeDir(dirname(path));
      await host.files.writeAtomic(path, bytes);
    },
  };
}
