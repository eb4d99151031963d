import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { mustRun } from '../tool.ts';
import type { UnpackedKernel } from '../unpacked.ts';
import { parseBuiltin } from './built-in.ts';
import { moduleNameOfPath, readModinfo } from './modinfo.ts';
import type { BaseStrings } from './module-btf.ts';
import { indexWriter } from './module-index.ts';
import { readModuleNames } from './module-names.ts';

/** The largest drivers of graphics cards have some 25 MB. */
const MAX_MODULE = 64 * 1024 * 1024;
const MAX_MODULES = 20_000;
const MAX_LIST = 4 * 1024 * 1024;
/** Modules that one process unpacks: starting it costs as much as some modules do. */
const BATCH = 64;
/** How modules are packed, and how one of that kind is unpacked beside itself. What is not packed is packed for the store. */
const TOOLS = [
  { end: '.xz', command: ['xz', '-dkqf', '--'] },
  { end: '.zst', command: ['zstd', '-dkqf', '--'] },
  { end: '.gz', command: ['gzip', '-dkqf', '--'] },
  { end: '.ko', command: ['gzip', '-1kqf', '--'] },
] as const;

/** A module twice: as it is, and as it is kept. */
interface BothForms {
  readonly plain: string;
  readonly packed: string;
}

function formsOf(path: string): BothForms {
  const tool = TOOLS.find(({ end }) => path.endsWith(end));
  if (tool === undefined || tool.end === '.ko') return { plain: path, packed: `${path}.gz` };
  return { plain: path.slice(0, -tool.end.length), packed: path };
}

/** Makes both forms of each, side by side; no file may become larger than a module ever is. */
async function makeForms(host: Host, paths: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  for (const { end, command } of TOOLS) {
    const own = paths.filter((path) => path.endsWith(end));
    if (own.length > 0) await mustRun(host, 'prlimit', [`--fsize=${MAX_MODULE}`, ...command, ...own], { signal });
  }
}

/** Where each module is, by its name. @throws HostError `kernel_unusable` for too many */
function modulePaths(kernel: UnpackedKernel): Map<string, string> {
  const paths = new Map<string, string>();
  for (const path of kernel.modules) {
    const name = moduleNameOfPath(basename(path));
    if (name !== undefined && /^\w{1,63}$/.test(name) && !paths.has(name)) paths.set(name, path);
  }
  if (paths.size <= MAX_MODULES) return paths;
  throw new HostError(
    'kernel_unusable',
    `kernel ${kernel.release} has ${paths.size} modules, at most ${MAX_MODULES} are read`,
  );
}

/**
 * Reads every module of a kernel once: moves them, packed, into `dir` and writes the index of their names there. What is no
 * module of this kernel is left out. The files of the kernel are used up.
 * @param dir is made
 * @throws HostError `tool_missing`, `tool_failed`, `no_space`, `kernel_unusable`; CancelledError
 */
export async function indexModules(
  host: Host,
  kernel: UnpackedKernel,
  base: BaseStrings | undefined,
  dir: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const all = [...modulePaths(kernel)];
  await host.files.makeDir(dir);
  const list = kernel.modulesBuiltin && (await host.files.read(kernel.modulesBuiltin, MAX_LIST)).toString('utf8');
  const index = indexWriter(parseBuiltin(list ?? ''));
  const batches = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, nth) =>
    all.slice(nth * BATCH, (nth + 1) * BATCH),
  );
  const make = async (nth: number): Promise<void> => {
    const paths = batches[nth]?.map(([, path]) => path);
    if (paths === undefined) return;
    for (const path of paths) await kernel.placeModule?.(path);
    await makeForms(host, paths, signal);
  };
  // One batch is unpacked while the one before it is read.
  let ready = make(0);
  for (const [nth, batch] of batches.entries()) {
    await ready;
    ready = make(nth + 1);
    // Awaited with the next batch; until then a failure is no one's.
    ready.catch(() => {});
    for (const [name, path] of batch) {
      const { plain, packed } = formsOf(path);
      const elf = await host.files.read(plain, MAX_MODULE);
      await host.files.remove(plain);
      const info = readModinfo(elf);
      const names = readModuleNames(elf, base);
      if (info === undefined || names === undefined || (info.release ?? kernel.release) !== kernel.release) continue;
      const file = `${name}.ko${/\.\w+$/.exec(packed)?.[0] ?? ''}`;
      const kept = await host.files.read(packed, MAX_MODULE);
      const sha256 = createHash('sha256').update(kept).digest('hex');
      await host.files.rename(packed, join(dir, file));
      index.add({ name, file, sha256, size: elf.length, depends: info.depends }, names);
    }
  }
  await ready;
  await host.files.writeAtomic(join(dir, INDEX_FILE), index.text());
}

/** Name of the index among the modules. It is written last: where it is, everything is. */
export const INDEX_FILE = 'index';
