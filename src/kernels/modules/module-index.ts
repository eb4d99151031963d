import type { NeededName } from '../../model/kernel-modules.ts';
import type { ModuleNames } from './module-names.ts';

/** A module as the index lists it. */
export interface IndexedModule {
  readonly name: string;
  /** Its file beside the index, packed as it came or by gzip. */
  readonly file: string;
  readonly sha256: string;
  /** Bytes once it is unpacked. */
  readonly size: number;
  readonly depends: readonly string[];
}

/** All modules of one kernel, and who of them has a name. */
export interface ModuleIndex {
  readonly modules: ReadonlyMap<string, IndexedModule>;
  /** Names of modules that are built into the kernel, as its package lists them. */
  readonly builtIn: ReadonlySet<string>;
  /** Modules that have exactly this name. */
  having(needed: NeededName): readonly string[];
}

/** The first line; another one makes the index again. */
const FORMAT = 'bpfcompat_modules.v1';
const LETTER = {
  function: 'f',
  variable: 'v',
  raw_tracepoint: 'r',
  tracepoint: 't',
  type: 's',
} as const satisfies Record<NeededName['kind'], string>;

/**
 * Collects what modules have. The text has one line per module, one with those built in, an empty one, and one per name:
 * its kind, the name and the numbers of the modules that have it. A search in it is a search for a line.
 */
export function indexWriter(builtIn: Iterable<string>): {
  add(module: IndexedModule, names: ModuleNames): void;
  text(): string;
} {
  const modules: IndexedModule[] = [];
  const owners = new Map<string, string>();
  const put = (kind: NeededName['kind'], names: readonly string[], number: number): void => {
    for (const name of names) {
      const key = `${LETTER[kind]}\t${name}`;
      const known = owners.get(key);
      owners.set(key, known === undefined ? String(number) : `${known},${number}`);
    }
  };
  return {
    add(module, names) {
      const number = modules.push(module) - 1;
      put('function', names.functions, number);
      put('variable', names.variables, number);
      put('raw_tracepoint', names.rawTracepoints, number);
      put('tracepoint', names.tracepoints, number);
      put('type', names.types, number);
    },
    text: () =>
      [
        FORMAT,
        ...modules.map(({ name, file, sha256, size, depends }) =>
          ['module', name, file, sha256, size, depends.join(',')].join('\t'),
        ),
        `builtin\t${[...builtIn].join(',')}`,
        '',
        ...[...owners].map(([key, numbers]) => `${key}\t${numbers}`),
        '',
      ].join('\n'),
  };
}

const words = (list: string): string[] => list.split(',').filter((word) => word !== '');

function moduleOf(line: string): IndexedModule[] {
  const [kind, name = '', file = '', sha256 = '', size = '', depends = ''] = line.split('\t');
  const good = kind === 'module' && /^[\w-]+$/.test(name) && /^[\w.-]+$/.test(file) && /^\d+$/.test(size);
  return good ? [{ name, file, sha256, size: Number(size), depends: words(depends) }] : [];
}

/** Reads an index. @returns undefined for one that another version wrote, or that is damaged */
export function readModuleIndex(bytes: Buffer): ModuleIndex | undefined {
  const end = bytes.indexOf('\n\n');
  if (end < 0) return undefined;
  const [format, ...lines] = bytes.toString('utf8', 0, end).split('\n');
  const builtIn = lines.pop();
  const list = lines.flatMap(moduleOf);
  if (format !== FORMAT || list.length !== lines.length || !builtIn?.startsWith('builtin\t')) return undefined;
  return {
    modules: new Map(list.map((module) => [module.name, module])),
    builtIn: new Set(words(builtIn.slice('builtin\t'.length))),
    having({ kind, name }) {
      if (/[\t\n]/.test(name)) return [];
      const line = `\n${LETTER[kind]}\t${name}\t`;
      const at = bytes.indexOf(line, end + 1);
      if (at < 0) return [];
      const from = at + Buffer.byteLength(line);
      const numbers = bytes.toString('latin1', from, bytes.indexOf('\n', from));
      return words(numbers).flatMap((number) => list[Number(number)]?.name ?? []);
    },
  };
}
