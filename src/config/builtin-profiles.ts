import { type CatalogFiles, namesIn } from './catalog-files.ts';
import { readTree } from './yaml-tree.ts';

/** A profile that comes with bpfcompat: one row of a table in `matrices/catalog`. */
export interface BuiltinRow {
  readonly id: string;
  /** Path of the table. */
  readonly file: string;
  readonly distro: string;
  readonly version: string;
  readonly kernelFamily: string;
  /** Not of the kernels that are meant where no build is named: another flavor, setting or architecture of one of these. */
  readonly variant: string;
  /** Id of the profile of which this is one certain build. */
  readonly base: string;
  /** Why no source of ours can have its kernel booted; empty where one can. */
  readonly unbootable: string;
  readonly bootable: boolean;
  /** The profile as its own file would have it. */
  readonly text: string;
}

type Map_ = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Map_ {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Maps are merged, everything else is replaced. */
function merged(under: Map_, over: Map_): Map_ {
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isMap(below) && isMap(value) ? merged(below, value) : value;
  }
  return result;
}

/** `{word}` in texts becomes the row's text of that name. A text with a word that the row lacks is left out. */
function filled(value: unknown, words: Map_): unknown {
  if (typeof value === 'string') {
    const names = [...value.matchAll(/\{([a-z0-9_]+)\}/g)].map(([, name = '']) => name);
    if (names.some((name) => typeof words[name] !== 'string')) return undefined;
    return value.replace(/\{([a-z0-9_]+)\}/g, (_, name: string) => String(words[name]));
  }
  if (Array.isArray(value)) return value.map((one) => filled(one, words)).filter((one) => one !== undefined);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, one]): [string, unknown] => [key, filled(one, words)]);
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

/** Keys of a profile; everything else of a row is a word for its texts. */
const PROFILE_KEYS = [
  'distro',
  'version',
  'kernel_family',
  'arch',
  'kernel',
  'image',
  'boot',
  'capabilities',
  'install_kernel',
  'kernel_packages',
];

function rowOf(id: string, file: string, raw: Map_): BuiltinRow {
  // Twice: words of the common part are made of words of the row.
  const words = filled(raw, { ...raw, id }) as Map_;
  const value = filled(words, { ...words, id }) as Map_;
  const textOf = (key: string): string => (typeof value[key] === 'string' ? value[key] : '');
  const profile = Object.entries(value).filter(([key]) => PROFILE_KEYS.includes(key));
  const unbootable = textOf('unbootable');
  return {
    id,
    file,
    distro: textOf('distro'),
    version: textOf('version'),
    kernelFamily: textOf('kernel_family'),
    variant: textOf('variant') || (/^(?:aarch64|arm64)$/.test(textOf('arch')) ? 'arm64' : ''),
    base: textOf('base'),
    unbootable,
    bootable: unbootable === '' && isMap(value['kernel']),
    // JSON is YAML, and a key at the left edge of each line is what files are known by.
    text: [['id', id], ...profile].map(([key, one]) => `${key}: ${JSON.stringify(one)}\n`).join(''),
  };
}

/** The rows of one table. @throws TypeError for a table that is none: it came with us */
export function readTable(file: string, text: string): BuiltinRow[] {
  const { value, problems } = readTree(text);
  const groups = isMap(value) ? value['groups'] : undefined;
  if (problems.length > 0 || !Array.isArray(groups)) throw new TypeError(`${file} is not a table of profiles`);
  const raws = new Map<string, Map_>();
  for (const group of groups) {
    const { common = {}, profiles } = group as { readonly common?: Map_; readonly profiles: Map_ };
    for (const [id, row] of Object.entries(profiles)) {
      const own = merged(common, (row ?? {}) as Map_);
      const base = typeof own['base'] === 'string' ? raws.get(own['base']) : undefined;
      if (own['base'] !== undefined && base === undefined) throw new TypeError(`${file}: ${id} has no base above it`);
      raws.set(id, base === undefined ? own : merged(base, own));
    }
  }
  return [...raws].map(([id, raw]) => rowOf(id, file, raw));
}

/** The tables of one directory. Most runs need one of them, and reading YAML takes its time: each is read once, when requested. */
interface Tables {
  /** Text by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Path by id. */
  readonly places: ReadonlyMap<string, string>;
  readonly read: Map<string, ReadonlyMap<string, BuiltinRow>>;
}

const known = new WeakMap<CatalogFiles, Promise<Tables>>();

/** A row begins at the seventh column, which nothing else of a table does. */
const ROW = /^ {6}([A-Za-z0-9][A-Za-z0-9._-]*):(?: |$)/gm;
const PROFILES = /^ {4}profiles:\n((?: {6}.*\n|\s*\n)*)/gm;

async function openTables(files: CatalogFiles, dir: string): Promise<Tables> {
  const texts = new Map<string, string>();
  const places = new Map<string, string>();
  for (const name of (await namesIn(files, dir)).sort()) {
    const file = `${dir}/${name}.yaml`;
    const text = (await files.read(file)) ?? '';
    texts.set(file, text);
    for (const [, rows = ''] of text.matchAll(PROFILES)) {
      for (const [, id = ''] of rows.matchAll(ROW)) places.set(id, file);
    }
  }
  return { texts, places, read: new Map() };
}

function tablesOf(files: CatalogFiles, builtin: string): Promise<Tables> {
  const tables = known.get(files) ?? openTables(files, `${builtin}/catalog`);
  known.set(files, tables);
  return tables;
}

function rowsIn({ texts, read }: Tables, file: string): ReadonlyMap<string, BuiltinRow> {
  const rows = read.get(file) ?? new Map(readTable(file, texts.get(file) ?? '').map((row) => [row.id, row]));
  read.set(file, rows);
  return rows;
}

/** Ids of all profiles that come with bpfcompat. @param builtin the directory `matrices` */
export async function builtinIds(files: CatalogFiles, builtin: string): Promise<string[]> {
  return [...(await tablesOf(files, builtin)).places.keys()];
}

/** The profile of this id that comes with bpfcompat. */
export async function builtinRow(files: CatalogFiles, builtin: string, id: string): Promise<BuiltinRow | undefined> {
  const tables = await tablesOf(files, builtin);
  const file = tables.places.get(id);
  return file === undefined ? undefined : rowsIn(tables, file).get(id);
}

/** Every profile that comes with bpfcompat. */
export async function builtinRows(files: CatalogFiles, builtin: string): Promise<BuiltinRow[]> {
  const tables = await tablesOf(files, builtin);
  return [...tables.texts.keys()].flatMap((file) => [...rowsIn(tables, file).values()]);
}

/** A row that is chosen where no build is named, and that some source can have booted here. */
export function isPlain({ bootable, variant, base }: BuiltinRow): boolean {
  return bootable && variant === '' && base === '';
}
