import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../../host/host.ts';
import { Hello } from '../../model/evidence.ts';
import { toolEnv } from '../qemu/tool-env.ts';
import { isSameFile, stampOf } from './stamp.ts';

/** A saved guest: its memory, the state of its devices, and what it said before it was saved. */
export interface Template {
  /** Memory of the guest, sparse, as large as the guest's RAM. */
  readonly ram: string;
  readonly state: string;
  /** The start of the kernel's file, all that QEMU looks at when the guest's memory holds the rest. */
  readonly kernel: string;
  readonly hello: Hello;
  /** What the file system said about the memory when its digest was known to be right. */
  readonly ramStamp: string;
}

const Meta = z.strictObject({
  schema: z.literal('bpfcompat_template.v1'),
  hello: Hello,
  ram: z.strictObject({ stamp: z.string(), sha256: z.string() }),
  state: z.strictObject({ sha256: z.string() }),
  kernel: z.strictObject({ sha256: z.string() }),
});
type Meta = z.infer<typeof Meta>;

const MAX_META_BYTES = 1024 * 1024;
const META = 'meta.json';
const RAM = 'ram';
const STATE = 'state';
const KERNEL = 'kernel';

/** Where the templates of a cache directory live. */
export function templatesDir(cacheDir: string): string {
  return join(cacheDir, 'templates');
}

/** Held while a template is made, so that several processes that want the same one make it once. */
export function lockTemplate(
  host: Host,
  cacheDir: string,
  key: string,
  signal: AbortSignal | undefined,
  onWait?: () => void,
): Promise<AsyncDisposable> {
  return host.files.lock(join(cacheDir, 'locks', `template-${key}`), signal, onWait);
}

/** The parts of a template in its directory. */
export function templateFiles(dir: string): Pick<Template, 'ram' | 'state' | 'kernel'> {
  return { ram: join(dir, RAM), state: join(dir, STATE), kernel: join(dir, KERNEL) };
}

/** What a tar of the memory depends on, apart from the memory, all fixed; written in pieces that fill a pipe. */
const TAR = [
  '-c',
  '-S',
  '--blocking-factor=128',
  '--format=gnu',
  '--mtime=@0',
  '--owner=0',
  '--group=0',
  '--mode=0',
  '--numeric-owner',
];

/**
 * Digest of a guest's memory in hex. The file is mostly holes, and reading a hole costs memory: tar passes over the
 * data alone. Hashed here and not by sha256sum, which takes three times as long where it does not use the processor's
 * own instructions for it.
 */
async function ramDigest(host: Host, dir: string): Promise<string> {
  await using tar = host.start('tar', [...TAR, '-f', '-', '--', RAM], { cwd: dir, env: toolEnv(host) });
  let words = '';
  tar.stderr.on('data', (chunk: Buffer) => {
    words = `${words}${chunk.toString('utf8')}`.slice(0, 200);
  });
  const hash = createHash('sha256');
  for await (const chunk of tar.stdout) hash.update(chunk as Buffer);
  const { exitCode } = await tar.exited;
  if (exitCode !== 0 || words !== '') throw new Error(`cannot take the digest of ${dir}/${RAM}: ${words}`);
  return hash.digest('hex');
}

async function readMeta(host: Host, dir: string): Promise<Meta | undefined> {
  try {
    const text = (await host.files.read(join(dir, META), MAX_META_BYTES)).toString('utf8');
    return Meta.parse(JSON.parse(text));
  } catch {
    // Missing, cut off or of another version: then there is no template.
    return undefined;
  }
}

/**
 * The template in `dir`, or undefined when there is none that can be trusted. Memory that nobody touched since its
 * digest was taken is known by its stamp; any other (copied, restored from a cache) must have the digest again.
 */
export async function readTemplate(host: Host, dir: string): Promise<Template | undefined> {
  const meta = await readMeta(host, dir);
  if (meta === undefined) return undefined;
  const { ram, state, kernel } = templateFiles(dir);
  const ramStat = await host.files.stat(ram);
  if (ramStat === undefined) return undefined;
  for (const [path, { sha256 }] of [[state, meta.state] as const, [kernel, meta.kernel] as const]) {
    if ((await host.files.stat(path)) === undefined || (await host.files.sha256(path)) !== sha256) return undefined;
  }
  if (stampOf(ramStat) !== meta.ram.stamp) {
    if ((await ramDigest(host, dir)) !== meta.ram.sha256) return undefined;
    // A cache that may only be read serves as well: the next process takes the digest again.
    await writeMeta(host, dir, { ...meta, ram: { ...meta.ram, stamp: stampOf(ramStat) } }).catch(() => {});
  }
  return { ram, state, kernel, hello: meta.hello, ramStamp: stampOf(ramStat) };
}

async function writeMeta(host: Host, dir: string, meta: Meta): Promise<void> {
  await host.files.writeAtomic(join(dir, META), `${JSON.stringify(meta)}\n`);
}

/**
 * Seals a directory that holds all parts: from here on it is a template.
 * @param original directory of the memory itself where `dir` has a copy; the digest is taken there
 */
export async function sealTemplate(host: Host, dir: string, hello: Hello, original = dir): Promise<Template> {
  const { ram, state, kernel } = templateFiles(dir);
  const sha256 = await ramDigest(host, original);
  const stat = await host.files.stat(ram);
  if (stat === undefined) throw new Error(`${ram} is gone`);
  await writeMeta(host, dir, {
    schema: 'bpfcompat_template.v1',
    hello,
    ram: { stamp: stampOf(stat), sha256 },
    state: { sha256: await host.files.sha256(state) },
    kernel: { sha256: await host.files.sha256(kernel) },
  });
  return { ram, state, kernel, hello, ramStamp: stampOf(stat) };
}

/** Is the memory still what it was when the template was read? Asked before every use; costs one stat. */
export async function untouched(host: Host, template: Template): Promise<boolean> {
  const stat = await host.files.stat(template.ram);
  return stat !== undefined && stampOf(stat) === template.ramStamp;
}

/**
 * Did somebody change the memory while copies of it ran? One that was removed or replaced meanwhile, to make room, is
 * whole for those who have it open.
 */
export async function changedInUse(host: Host, template: Template): Promise<boolean> {
  const stat = await host.files.stat(template.ram);
  return stat !== undefined && isSameFile(stat, template.ramStamp) && stampOf(stat) !== template.ramStamp;
}
