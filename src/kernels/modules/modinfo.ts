import { hasBytes, readElfHeader, readSectionEntries, sectionBytes } from '../../elf/elf-file.ts';

/** What a kernel module says about itself. */
export interface ModuleInfo {
  /** Names of the modules it needs, normalised. */
  readonly depends: readonly string[];
  /** `uname -r` of the kernel that it was built for. */
  readonly release: string | undefined;
}

const MAX_SECTIONS = 65_536;
/** No name that is looked for is longer; an untrusted table may be one name of many megabytes. */
const MAX_NAME = 64;
const MAX_MODINFO = 1024 * 1024;

/** `-` and `_` are the same in module names; the kernel itself uses `_`. */
export function moduleName(text: string): string {
  return text.replaceAll('-', '_');
}

/** Name of the module in a file, whatever its compression; undefined when the file is not a module. */
export function moduleNameOfPath(path: string): string | undefined {
  const match = /([^/]+)\.ko(?:\.(?:xz|zst|gz))?$/.exec(path);
  return match?.[1] === undefined ? undefined : moduleName(match[1]);
}

function textAt(bytes: Buffer, at: number): string {
  const text = bytes.subarray(at, at + MAX_NAME);
  const end = text.indexOf(0);
  return text.toString('latin1', 0, end < 0 ? text.length : end);
}

/**
 * Reads `.modinfo` of an uncompressed module.
 * @returns undefined for bytes that are not a whole 64-bit little-endian ELF file with that section.
 */
export function readModinfo(elf: Buffer): ModuleInfo | undefined {
  const header = readElfHeader(elf);
  const sections = header && readSectionEntries(elf, header.sections, MAX_SECTIONS);
  const names = sections?.[header?.namesIndex ?? 0];
  if (sections === undefined || names === undefined || !hasBytes(names)) return undefined;
  if (sections.some((one) => hasBytes(one) && one.offset + one.size > BigInt(elf.length))) return undefined;
  const nameBytes = Buffer.from(sectionBytes(elf, names));
  const info = sections.find((one) => hasBytes(one) && textAt(nameBytes, one.nameAt) === '.modinfo');
  if (info === undefined || info.size > BigInt(MAX_MODINFO)) return undefined;
  const entries = Buffer.from(sectionBytes(elf, info)).toString('latin1').split('\0');
  const depends = entries
    .filter((entry) => entry.startsWith('depends='))
    .flatMap((entry) => entry.slice('depends='.length).split(','))
    .filter((name) => name !== '');
  const magic = entries.find((entry) => entry.startsWith('vermagic='))?.slice('vermagic='.length);
  return { depends: depends.map(moduleName), release: magic?.split(' ')[0] };
}
