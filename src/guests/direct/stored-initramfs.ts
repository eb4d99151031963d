import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import type { GuestFile } from '../../model/guest-entry.ts';
import type { KernelFiles } from '../../model/kernel.ts';
import { initramfsDir } from '../boot-files.ts';
import { GuestError } from '../guest.ts';
import { buildInitramfs } from './initramfs.ts';

/** A static program that is PID 1 of the guest, and the digest it must have. */
export interface ValidatorBinary {
  readonly path: string;
  readonly sha256: string;
}

export interface StoredInitramfs extends AsyncDisposable {
  readonly path: string;
  readonly sha256: string;
}

const MAX_VALIDATOR = 64 * 1024 * 1024;
const MAX_MODULE = 32 * 1024 * 1024;
const MAX_CONFIG = 4 * 1024 * 1024;
const MAX_INITRAMFS = 256 * 1024 * 1024;

/**
 * The initramfs for a kernel, as `<cacheDir>/initramfs/<sha256>.cpio`. Built in memory each time (a few milliseconds)
 * and compared: a damaged file is replaced, an old one never used for new content. Where the cache may only be read it
 * is a temporary file, gone with dispose.
 * @param files what guests have besides
 * @param before path of another initramfs, whose files lie below those of ours
 * @throws HostError for a validator that is missing or not the expected one, GuestError `no_space`.
 */
export async function storeInitramfs(
  host: Host,
  cacheDir: string,
  validator: ValidatorBinary,
  kernel: KernelFiles,
  files: readonly GuestFile[],
  before?: string,
): Promise<StoredInitramfs> {
  const init = await readValidator(host, validator);
  const modules = await Promise.all(
    kernel.modules.map(async ({ name, path }) => ({ name, data: await host.files.read(path, MAX_MODULE) })),
  );
  const config =
    kernel.config === undefined
      ? undefined
      : { release: kernel.record.release, data: await host.files.read(kernel.config, MAX_CONFIG) };
  const own = buildInitramfs({ init, modules, config, files });
  const archive = before === undefined ? own : Buffer.concat([await aligned(host, before), own]);
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const kept = { [Symbol.asyncDispose]: async () => {} };
  const dir = initramfsDir(cacheDir);
  const path = join(dir, `${sha256}.cpio`);
  if (await holds(host, path, archive)) return { path, sha256, ...kept };
  if (await host.files.readOnly(cacheDir)) {
    const temporary = await host.files.tempDir('bpfcompat-initramfs-');
    const archivePath = join(temporary.path, 'initramfs.cpio');
    await writeArchive(host, temporary.path, archivePath, archive);
    return { path: archivePath, sha256, [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose]() };
  }
  await writeArchive(host, dir, path, archive);
  return { path, sha256, ...kept };
}

/** Comparing bytes costs a fraction of their digest. */
async function holds(host: Host, path: string, archive: Buffer): Promise<boolean> {
  if ((await host.files.stat(path))?.size !== archive.length) return false;
  const found = await host.files.read(path, archive.length).catch(() => undefined);
  return found !== undefined && archive.equals(found);
}

/** The kernel unpacks one archive after the other, each from a multiple of four bytes on. */
async function aligned(host: Host, path: string): Promise<Buffer> {
  const bytes = await host.files.read(path, MAX_INITRAMFS);
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

async function writeArchive(host: Host, dir: string, path: string, archive: Buffer): Promise<void> {
  try {
    await host.files.makeDir(dir);
    await host.files.writeAtomic(path, archive);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause;
    throw new GuestError('no_space', `no space left in ${dir}; free ${archive.length} bytes and run again`, { cause });
  }
}

export async function readValidator(host: Host, validator: ValidatorBinary): Promise<Buffer> {
  const bytes = await host.files.read(validator.path, MAX_VALIDATOR).catch((cause) => {
    throw new HostError('validator_missing', `cannot read the validator ${validator.path}; build it with make`, {
      cause,
    });
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 === validator.sha256) return bytes;
  const words = `${validator.path} changed while it was used: sha256 ${sha256}, expected ${validator.sha256}`;
  throw new HostError('validator_changed', `${words}; run again`);
}
