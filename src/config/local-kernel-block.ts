import { resolve } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { KernelSource } from '../model/kernel.ts';
import { kernelImageName, type LocalKernel, placeOfKernel } from '../model/local-kernel.ts';
import type { Wording } from '../model/wording.ts';
import { phrase } from '../model/wording.ts';
import { checkFiles } from './profile-files.ts';

/** Names of keys stay; a key file is found from where the run was started. */
function keyOf(cwd: string, name: string): string {
  return name.includes('/') ? resolve(cwd, name) : name;
}

function blockOf(cwd: string, kernel: LocalKernel): object {
  const { image, modules, config, sha256, checksums, signature, gpgkey } = kernel;
  const at = (path: string | undefined): string | undefined => path && resolve(cwd, path);
  switch (placeOfKernel(kernel)) {
    case 'file':
      return { source: 'file', image: resolve(cwd, image), modules: at(modules), config: at(config), sha256 };
    case 'image':
      return { source: 'oci', image: kernelImageName(image) };
    case 'address':
      return {
        ...{ source: 'url', image, modules, config, sha256, checksums, signature },
        gpgkey: gpgkey === undefined ? undefined : [keyOf(cwd, gpgkey)],
      };
  }
}

/**
 * The `kernel:` block that a kernel typed for one run stands for.
 * @param said how it was typed, for messages
 * @throws UsageError `flag_value` for what a profile could not say either
 */
export function localKernelBlock(cwd: string, kernel: LocalKernel, said: Wording): KernelSource {
  const reject = (why: Wording): UsageError => new UsageError('flag_value', phrase`${said}: ${why}`);
  const given = Object.fromEntries(Object.entries(blockOf(cwd, kernel)).filter(([, value]) => value !== undefined));
  const parsed = KernelSource.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw reject(`${issue?.path.join('.') ?? 'it'} ${issue?.message ?? 'cannot be read'}`);
  }
  checkFiles(parsed.data, true, (_key, message) => reject(message));
  return parsed.data;
}
