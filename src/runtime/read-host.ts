import { gunzipSync } from 'node:zlib';
import type { Host } from '../host/host.ts';
import { buildIdIn } from '../kernels/image/image-facts.ts';
import { sha256 } from './canonical.ts';

/** What this machine says of itself to anybody. Empty texts: it does not say. */
export interface HostFacts {
  readonly hostname: string;
  readonly arch: string;
  readonly release: string;
  readonly version: string;
  readonly osRelease: string;
  readonly buildId: string | undefined;
  /** Undefined: the kernel has none. */
  readonly btf: { readonly sha256: string; readonly bytes: number } | undefined;
  readonly configSha256: string | undefined;
  readonly lockdown: string;
  readonly lsm: string;
  readonly sysctls: Readonly<Record<Sysctl, string>>;
  /** /proc/self/mounts. */
  readonly mounts: string;
  readonly livepatches: readonly string[];
  /** Bytes; 0: not known. */
  readonly pageSize: number;
  readonly kprobeEvents: boolean;
  /** Files that are there and could not be read. */
  readonly unreadable: readonly string[];
}

const SYSCTLS = {
  unprivileged_bpf_disabled: '/proc/sys/kernel/unprivileged_bpf_disabled',
  bpf_jit_enable: '/proc/sys/net/core/bpf_jit_enable',
  perf_event_paranoid: '/proc/sys/kernel/perf_event_paranoid',
} as const;
type Sysctl = keyof typeof SYSCTLS;

const MAX_TEXT = 1024 * 1024;
const MAX_BTF = 64 * 1024 * 1024;
const MAX_CONFIG = 4 * 1024 * 1024;
/** AT_PAGESZ of the auxiliary vector. */
const PAGE_SIZE = 6n;

/** Reads files of the kernel; what is not there, or may not be read, is undefined. */
class Reader {
  readonly unreadable: string[] = [];
  readonly #host: Host;
  readonly #root: string;

  constructor(host: Host, root: string) {
    this.#host = host;
    this.#root = root;
  }

  async bytes(path: string, max = MAX_TEXT): Promise<Buffer | undefined> {
    try {
      return await this.#host.files.read(`${this.#root}${path}`, max);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.unreadable.push(path);
      return undefined;
    }
  }

  async text(path: string): Promise<string> {
    return (await this.bytes(path))?.toString('utf8').trim() ?? '';
  }

  async names(path: string): Promise<string[]> {
    try {
      return (await this.#host.files.list(`${this.#root}${path}`)).sort();
    } catch {
      return [];
    }
  }

  async isThere(path: string): Promise<boolean> {
    return (await this.#host.files.stat(`${this.#root}${path}`).catch(() => undefined)) !== undefined;
  }
}

async function configDigest(read: Reader, release: string): Promise<string | undefined> {
  const packed = await read.bytes('/proc/config.gz', MAX_CONFIG);
  if (packed !== undefined) {
    try {
      return sha256(gunzipSync(packed, { maxOutputLength: MAX_CONFIG }));
    } catch {
      read.unreadable.push('/proc/config.gz');
    }
  }
  if (!/^[\w.+~-]+$/.test(release)) return undefined;
  const plain = await read.bytes(`/boot/config-${release}`, MAX_CONFIG);
  return plain && sha256(plain);
}

function pageSizeOf(auxv: Buffer | undefined): number {
  for (let at = 0; auxv !== undefined && at + 16 <= auxv.length; at += 16)
    if (auxv.readBigUInt64LE(at) === PAGE_SIZE) return Number(auxv.readBigUInt64LE(at + 8));
  return 0;
}

async function btfOf(read: Reader): Promise<HostFacts['btf']> {
  const bytes = await read.bytes('/sys/kernel/btf/vmlinux', MAX_BTF);
  return bytes && { sha256: sha256(bytes), bytes: bytes.length };
}

/**
 * Looks at this machine without a system call of BPF, without privilege and without another program.
 * @param root directory that stands for `/`
 */
export async function readHost(host: Host, root = ''): Promise<HostFacts> {
  const read = new Reader(host, root);
  const release = await read.text('/proc/sys/kernel/osrelease');
  const notes = await read.bytes('/sys/kernel/notes');
  const sysctls = Object.entries(SYSCTLS).map(async ([name, path]) => [name, await read.text(path)] as const);
  return {
    hostname: await read.text('/proc/sys/kernel/hostname'),
    arch: host.arch,
    release,
    version: await read.text('/proc/sys/kernel/version'),
    osRelease: (await read.text('/etc/os-release')) || (await read.text('/usr/lib/os-release')),
    buildId: notes && buildIdIn(notes),
    btf: await btfOf(read),
    configSha256: await configDigest(read, release),
    lockdown: await read.text('/sys/kernel/security/lockdown'),
    lsm: await read.text('/sys/kernel/security/lsm'),
    sysctls: Object.fromEntries(await Promise.all(sysctls)) as HostFacts['sysctls'],
    mounts: await read.text('/proc/self/mounts'),
    livepatches: await read.names('/sys/kernel/livepatch'),
    pageSize: pageSizeOf(await read.bytes('/proc/self/auxv')),
    kprobeEvents:
      (await read.isThere('/sys/kernel/tracing/kprobe_events')) ||
      (await read.isThere('/sys/kernel/debug/tracing/kprobe_events')),
    unreadable: read.unreadable,
  };
}
