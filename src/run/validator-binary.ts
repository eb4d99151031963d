import { join } from 'node:path';
import { ELF_MACHINE, readElfHeader, readSegments, SEGMENT_TYPE } from '../elf/elf-file.ts';
import type { Host } from '../host/host.ts';
import { HostError, UsageError, wordingOf } from '../model/errors.ts';
import { PROTOCOL_VERSION } from '../model/evidence.ts';
import type { Arch } from '../model/kernel.ts';
import { phrase } from '../model/wording.ts';

/** The static program that runs inside guests, with its digest taken in this process. */
export interface ValidatorBinary {
  readonly path: string;
  readonly basename: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

const MAX_VALIDATOR_BYTES = 64 * 1024 * 1024;
/** Targets of make that build it. */
const BUILT_BY: Readonly<Record<Arch, string>> = {
  x86_64: 'make validator-static',
  aarch64: 'make validator-arm64',
};

const MAX_SEGMENTS = 256;

/** For which machine a program is and whether it needs a dynamic linker; undefined for a file that is not a program. */
function elfFacts(bytes: Buffer): { machine: number; dynamic: boolean } | undefined {
  const header = readElfHeader(bytes);
  const segments = header && readSegments(bytes, header.segments, MAX_SEGMENTS);
  if (header === undefined || segments === undefined) return undefined;
  return { machine: header.machine, dynamic: segments.some(({ type }) => type === SEGMENT_TYPE.interp) };
}

/** Words of our validator about whoever speaks another protocol than it does. */
export const PROTOCOL_WORDS = `no frame of protocol ${PROTOCOL_VERSION}`;

/** A program that does not speak to us would end at once in every guest, which looks like a panic of its kernel. */
function checkSpeaks(bytes: Buffer, path: string): void {
  if (bytes.includes(PROTOCOL_WORDS)) return;
  throw new UsageError(
    'validator_foreign',
    `${path} is not a guest validator of this release (it does not speak its protocol, version ${PROTOCOL_VERSION}); build one with: make validator-static`,
  );
}

/** Says which variable named the file, where one did. */
function named(error: unknown, host: Host): unknown {
  if (!host.env['BPFCOMPAT_VALIDATOR_BIN'] || !(error instanceof UsageError) || error.code === 'validator_digest')
    return error;
  const message = phrase`BPFCOMPAT_VALIDATOR_BIN: ${wordingOf(error)}, or unset the variable`;
  return new UsageError(error.code, message, { cause: error });
}

/** A file that is named by its architecture stands for those beside it. */
const OF_ARCH = /\/bpfcompat-validator-(?:x86_64|aarch64)$/;

function candidates(root: string, arch: Arch, host: Host): string[] {
  const explicit = host.env['BPFCOMPAT_VALIDATOR_BIN'];
  if (explicit) return [explicit.replace(OF_ARCH, `/bpfcompat-validator-${arch}`)];
  return [
    '/usr/local/libexec/bpfcompat/bpfcompat-validator',
    '/usr/libexec/bpfcompat/bpfcompat-validator',
    join(root, 'build', 'validator', arch, 'bpfcompat-validator'),
    join(root, 'dist', 'validator', `bpfcompat-validator-${arch}`),
  ];
}

/**
 * Finds the guest validator, in the order of `candidates`.
 * @param root package root that holds `build/`, and `dist/` where it is checked out as an action
 * @throws UsageError when the file the environment names is unusable; HostError when there is none
 */
export async function findValidator(host: Host, root: string, arch: Arch): Promise<ValidatorBinary> {
  try {
    return await firstValidator(host, candidates(root, arch, host), arch);
  } catch (error) {
    throw named(error, host);
  }
}

async function firstValidator(host: Host, paths: readonly string[], arch: Arch): Promise<ValidatorBinary> {
  for (const path of paths) {
    const stat = await host.files.stat(path);
    if (!stat?.isFile) continue;
    const bytes = await host.files.read(path, MAX_VALIDATOR_BYTES);
    const facts = elfFacts(bytes);
    if (!facts)
      throw new UsageError(
        'validator_not_elf',
        `${path} is not a program for Linux; build one with: make validator-static`,
      );
    if (facts.machine !== ELF_MACHINE[arch]) {
      throw new UsageError(
        'validator_wrong_arch',
        `${path} is not built for ${arch}; build one with: ${BUILT_BY[arch]}`,
      );
    }
    if (facts.dynamic) {
      throw new UsageError(
        'validator_not_static',
        `${path} needs shared libraries, which a guest does not have; build a static one with: make validator-static`,
      );
    }
    checkSpeaks(bytes, path);
    const sha256 = await host.files.sha256(path);
    const pinned = host.env['BPFCOMPAT_VALIDATOR_SHA256'];
    if (pinned && pinned.toLowerCase() !== sha256) {
      throw new UsageError(
        'validator_digest',
        `${path} has SHA-256 ${sha256}, but BPFCOMPAT_VALIDATOR_SHA256 is ${pinned}`,
      );
    }
    return { path, basename: path.split('/').pop() ?? path, sha256, sizeBytes: stat.size };
  }
  throw new HostError(
    'validator_missing',
    `no guest validator at ${paths.join(' or ')}; build it with: ${BUILT_BY[arch]}`,
  );
}
