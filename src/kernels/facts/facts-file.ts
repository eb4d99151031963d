import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { HostError } from '../../model/errors.ts';

/** What is read of a kernel without booting it. Undefined: its packages and image do not show it. */
export interface StoredFacts {
  /** As `uname -r` prints it. */
  readonly release: string;
  readonly btf: Buffer | undefined;
  /** Names of /proc/kallsyms, each with the letter of its type in front. */
  readonly symbols: readonly string[] | undefined;
  /** Text of its configuration. */
  readonly config: string | undefined;
  /** Index of what its modules have, as `modules/module-index.ts` reads it. */
  readonly modules: Buffer | undefined;
}

/** The first line; another one makes the facts again. */
const FORMAT = 'bpfcompat_facts.v1';
const PARTS = ['btf', 'symbols', 'config', 'modules'] as const;
const MAX_PART = 128 * 1024 * 1024;
/** Of all parts together. */
const MAX_UNPACKED = 256 * 1024 * 1024;
const MAX_HEADER = 4096;
/** No kernel has more (image/kallsyms.ts). */
const MAX_SYMBOLS = 2_000_000;
const MAX_CONFIG = 16 * 1024 * 1024;

const length = z.number().int().nonnegative().max(MAX_PART).nullable();
const Header = z.strictObject({
  format: z.literal(FORMAT),
  release: z.string().regex(/^[\w.+~-]{1,128}$/),
  btf: length,
  symbols: length,
  config: length.refine((bytes) => (bytes ?? 0) <= MAX_CONFIG),
  modules: length,
});

/** Symbols that nothing is attached to and no object names. */
const NO_NAME =
  /^.(?:__pfx_|__ksymtab_|__kstrtab|__kcrctab|__func__\.|__key\.|__already_done|__warned|__UNIQUE_ID|__BTF_ID__|__SC[KT]_|\.)/;

/**
 * Facts of a kernel as one file, about 3 MB: gzip of a line of JSON, which has the lengths of the parts, and the parts.
 */
export function packFacts({ release, btf, symbols, config, modules }: StoredFacts): Buffer {
  const names = symbols?.filter((symbol) => !NO_NAME.test(symbol)).join('\n');
  const parts = {
    btf,
    symbols: names === undefined ? undefined : Buffer.from(names),
    config: config === undefined ? undefined : Buffer.from(config),
    modules,
  };
  const lengths = Object.fromEntries(PARTS.map((name) => [name, parts[name]?.length ?? null]));
  const header = Buffer.from(`${JSON.stringify({ format: FORMAT, release, ...lengths })}\n`);
  return gzipSync(Buffer.concat([header, ...PARTS.flatMap((name) => parts[name] ?? [])]));
}

/**
 * Reads such a file, which may come from anyone.
 * @throws HostError `facts_unusable` with what follows "FILE: "
 */
export function unpackFacts(packed: Uint8Array): StoredFacts {
  const unusable = (why: string): HostError =>
    new HostError('facts_unusable', `${why}; remove it and it is made again`);
  let bytes: Buffer;
  try {
    bytes = gunzipSync(packed, { maxOutputLength: MAX_UNPACKED });
  } catch (cause) {
    throw new HostError('facts_unusable', 'it is damaged, or not a file with facts; remove it and it is made again', {
      cause,
    });
  }
  const end = bytes.subarray(0, MAX_HEADER).indexOf('\n');
  const header = Header.safeParse(parsed(bytes.toString('utf8', 0, Math.max(0, end)))).data;
  if (header === undefined) throw unusable('another version of bpfcompat wrote it');
  let at = end + 1;
  const part = (name: (typeof PARTS)[number]): Buffer | undefined => {
    const size = header[name];
    if (size === null) return undefined;
    at += size;
    return bytes.subarray(at - size, at);
  };
  const [btf, symbols, config, modules] = PARTS.map(part);
  if (at !== bytes.length) throw unusable('it is cut off');
  const { release } = header;
  const names = symbols?.toString('latin1').split('\n', MAX_SYMBOLS + 1);
  if (names !== undefined && names.length > MAX_SYMBOLS) throw unusable('it has more symbols than any kernel');
  return { release, btf, symbols: names, config: config?.toString('utf8'), modules };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
