import { join } from 'node:path';
import * as z from 'zod';
import type { Host } from '../../host/host.ts';
import { Hello } from '../../model/evidence.ts';
import { isSameFile, stampOf } from '../snapshot/stamp.ts';

/** A system that has booted: its memory, what it wrote to its disk, the state of its devices, and what it said. */
export interface SavedSystem {
  /** Sparse, as large as the guest's RAM. */
  readonly ram: string;
  /** A qcow2 over the image. */
  readonly disk: string;
  readonly state: string;
  readonly hello: Hello;
  /** What the file system said about memory and disk when they were saved. */
  readonly stamps: { readonly ram: string; readonly disk: string };
}

const Meta = z.strictObject({
  schema: z.literal('bpfcompat_saved_system.v1'),
  hello: Hello,
  stamps: z.strictObject({ ram: z.string(), disk: z.string() }),
  stateSha256: z.string(),
});
type Meta = z.infer<typeof Meta>;

const META = 'meta.json';
const MAX_META_BYTES = 1024 * 1024;

/** Its parts in its directory. */
export function systemFiles(dir: string): Pick<SavedSystem, 'ram' | 'disk' | 'state'> {
  return { ram: join(dir, 'ram'), disk: join(dir, 'disk'), state: join(dir, 'state') };
}

async function stampAt(host: Host, path: string): Promise<string> {
  const stat = await host.files.stat(path);
  return stat === undefined ? '' : stampOf(stat);
}

/** The system in `dir`; undefined when there is none that can be trusted. */
export async function readSystem(host: Host, dir: string): Promise<SavedSystem | undefined> {
  let meta: Meta;
  try {
    meta = Meta.parse(JSON.parse((await host.files.read(join(dir, META), MAX_META_BYTES)).toString('utf8')));
  } catch {
    // Missing, cut off or of another version.
    return undefined;
  }
  const { hello, stamps, stateSha256 } = meta;
  const saved = { ...systemFiles(dir), hello, stamps };
  if (!(await untouchedSystem(host, saved))) return undefined;
  const state = await host.files.stat(saved.state);
  return state !== undefined && (await host.files.sha256(saved.state)) === stateSha256 ? saved : undefined;
}

/** Seals a directory that holds all parts. */
export async function sealSystem(host: Host, dir: string, hello: Hello): Promise<SavedSystem> {
  const files = systemFiles(dir);
  const stamps = { ram: await stampAt(host, files.ram), disk: await stampAt(host, files.disk) };
  const stateSha256 = await host.files.sha256(files.state);
  const meta: Meta = { schema: 'bpfcompat_saved_system.v1', hello, stamps, stateSha256 };
  await host.files.writeAtomic(join(dir, META), `${JSON.stringify(meta)}\n`);
  return { ...files, hello, stamps };
}

/** Are memory and disk still what they were? Checked before every use; costs two stats. */
export async function untouchedSystem(host: Host, { ram, disk, stamps }: SavedSystem): Promise<boolean> {
  return (await stampAt(host, ram)) === stamps.ram && (await stampAt(host, disk)) === stamps.disk;
}

/** Did somebody change them while copies ran? What was removed meanwhile is whole for those who have it open. */
export async function changedSystem(host: Host, { ram, disk, stamps }: SavedSystem): Promise<boolean> {
  for (const [path, stamp] of [[ram, stamps.ram] as const, [disk, stamps.disk] as const]) {
    const stat = await host.files.stat(path);
    if (stat !== undefined && isSameFile(stat, stamp) && stampOf(stat) !== stamp) return true;
  }
  return false;
}
