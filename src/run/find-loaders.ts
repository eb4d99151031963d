import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { type BuiltLoader, BuiltLoaders } from '../model/built-loaders.ts';
import { UsageError } from '../model/errors.ts';
import type { GuestFile } from '../model/guest-entry.ts';
import { type GuestLoader, type LoaderChoice, OWN_LOADER, waitsMark } from '../model/guest-loader.ts';

/** Files of one loader together. */
const MAX_LOADER_BYTES = 12 * 1024 * 1024;
const MAX_LIST_BYTES = 256 * 1024;

export interface LoaderPlace {
  readonly host: Host;
  /** Root of the package. */
  readonly root: string;
}

function directoryOf({ host, root }: LoaderPlace): string {
  return host.env['BPFCOMPAT_LOADERS_DIR'] || join(root, 'build', 'loaders');
}

const NOTHING = new Uint8Array();

const numbers = (version: string): number[] => version.split(/[.+~-]/).map(Number);

function isNewer(one: string, other: string): boolean {
  const [a, b] = [numbers(one), numbers(other)];
  const at = a.findIndex((number, index) => number !== b[index]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
}

function newest(built: readonly BuiltLoader[]): BuiltLoader | undefined {
  return built.reduce<BuiltLoader | undefined>(
    (best, one) => (best && isNewer(best.version, one.version) ? best : one),
    undefined,
  );
}

async function listIn(host: Host, directory: string): Promise<readonly BuiltLoader[]> {
  const file = join(directory, 'loaders.json');
  if ((await host.files.stat(file)) === undefined) return [];
  try {
    const text = Buffer.from(await host.files.read(file, MAX_LIST_BYTES)).toString('utf8');
    return BuiltLoaders.parse(JSON.parse(text)).loaders;
  } catch (cause) {
    throw new UsageError('loaders_unreadable', `${file} cannot be read; build it again with: make loaders`, { cause });
  }
}

async function readLoader(host: Host, directory: string, built: BuiltLoader): Promise<GuestLoader> {
  const { name, version } = built;
  const entries: GuestFile[] = [];
  let size = 0;
  for (const { file, path, sha256 } of built.files) {
    const place = join(directory, file);
    const stat = await host.files.stat(place);
    size += stat?.size ?? 0;
    if (stat?.isFile !== true || size > MAX_LOADER_BYTES || (await host.files.sha256(place)) !== sha256) {
      const words = `${place} is missing, larger than 12 MiB, or not the file that loaders.json names by its digest`;
      throw new UsageError('loader_changed', `${words}; build it again with: make loaders`);
    }
    const bytes = await host.files.read(place, MAX_LOADER_BYTES);
    entries.push({ kind: 'file', path, executable: true, bytes } as const);
  }
  const [program] = built.files as [BuiltLoader['files'][number]];
  if (built.waits)
    entries.push({ kind: 'file', path: waitsMark(program.path), executable: false, bytes: NOTHING } as const);
  return { name, version, sha256: program.sha256, sizeBytes: size, path: program.path, entries };
}

/**
 * Finds the program that loads with a library, verified by its digest.
 * @returns undefined for the libbpf of the validator
 * @throws UsageError for a library or version that is not built, with what to do
 */
export async function findLoader(place: LoaderPlace, choice: LoaderChoice): Promise<GuestLoader | undefined> {
  const { name, version } = choice;
  if (name === OWN_LOADER && version === '') return undefined;
  const directory = directoryOf(place);
  const all = (await listIn(place.host, directory)).filter((one) => one.name === name);
  const built = newest(all.filter((one) => version === '' || `${one.version}.`.startsWith(`${version}.`)));
  if (built !== undefined) return readLoader(place.host, directory, built);
  const there = all.map((one) => `${name}@${one.version}`).join(', ');
  const said = version === '' ? name : `${name}@${version}`;
  throw new UsageError(
    'loader_missing',
    `the loader ${said} is not in ${directory}${there ? `, which has ${there}` : ''}; build it with: make loaders (docs/loaders.md)`,
  );
}
