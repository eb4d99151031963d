import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../../host/host.ts';
import { Hello } from '../../model/evidence.ts';
import { isSameFile, stampOf } from './stamp.ts';

/** A saved guest: its memory, the state of its devices, and what it said before it was saved. */
export interface Template {
  /** Memory of the guest, sparse, as large as the guest's RAM. */
  readonly ram: string;
  readonly state: string;
  /** The start of the kernel's file, all that QEMU looks at when the guest's memory holds the rest. */
  readonly kernel: string;
  readonly hello: Hello;
  /** Has it read the kernel's names? */
  readonly named: boolean;
  /** What the file system said about the memory when it was saved. */
  readonly ramStamp: string;
}

const Meta = z.strictObject({
  schema: z.literal('bpfcompat_template.v2'),
  hello: Hello,
  named: z.boolean(),
  ram: z.strictObject({ stamp: z.string() }),
  state: z.strictObject({ sha256: z.string() }),
  kernel: z.strictObject({ sha256: z.string() }),
});
type Meta = z.infer<typeof Meta>;

const MAX_META_BYTES = 1024 * 1024;
const META = 'meta.json';
const RAM = 'ram';
const STATE = 'state';
const KERNEL = 'kernel';
/** Whose presence says that names were looked for. */
const WANTED = 'names-wanted';

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
 * The template in `dir`, or undefined when there is none that can be trusted. Memory is known by its stamp alone: one
 * that was copied, or touched by anybody, is none. To take its digest costs as much as a fifth of the boot that it saves.
 */
export async function readTemplate(host: Host, dir: string): Promise<Template | undefined> {
  const meta = await readMeta(host, dir);
  if (meta === undefined) return undefined;
  const { ram, state, kernel } = templateFiles(dir);
  const ramStat = await host.files.stat(ram);
  if (ramStat === undefined || stampOf(ramStat) !== meta.ram.stamp) return undefined;
  for (const [path, { sha256 }] of [[state, meta.state] as const, [kernel, meta.kernel] as const]) {
    if ((await host.files.stat(path)) === undefined || (await host.files.sha256(path)) !== sha256) return undefined;
  }
  return { ram, state, kernel, hello: meta.hello, named: meta.named, ramStamp: meta.ram.stamp };
}

/** Seals a directory that holds all parts: from here on it is a template. */
export async function sealTemplate(
  host: Host,
  dir: string,
  { hello, named }: Pick<Template, 'hello' | 'named'>,
): Promise<Template> {
  const { ram, state, kernel } = templateFiles(dir);
  const stat = await host.files.stat(ram);
  if (stat === undefined) throw new Error(`${ram} is gone`);
  const ramStamp = stampOf(stat);
  const meta: Meta = {
    schema: 'bpfcompat_template.v2',
    hello,
    named,
    ram: { stamp: ramStamp },
    state: { sha256: await host.files.sha256(state) },
    kernel: { sha256: await host.files.sha256(kernel) },
  };
  await host.files.writeAtomic(join(dir, META), `${JSON.stringify(meta)}\n`);
  return { ram, state, kernel, hello, named, ramStamp };
}

/** Has a copy of it looked for names, so that the next ones should find them read? */
export async function wantsNames(host: Host, dir: string): Promise<boolean> {
  return (await host.files.stat(join(dir, WANTED))) !== undefined;
}

/** Remembers that a copy has looked for names which the template had not read. A cache that may only be read forgets. */
export async function wantNames(host: Host, { ram, named }: Template): Promise<void> {
  if (!named) await host.files.writeAtomic(join(dirname(ram), WANTED), '').catch(() => {});
}

/** Is the memory still what it was when the template was read? Checked before every use; costs one stat. */
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
