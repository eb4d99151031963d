/** What a kernel module says about itself. */
export interface ModuleInfo {
  /** Names of the modules it needs, normalised. */
  readonly depends: readonly string[];
}

const SHT_NOBITS = 8;

/** `-` and `_` are the same in module names; the kernel itself uses `_`. */
export function moduleName(text: string): string {
  return text.replaceAll('-', '_');
}

/** Name of the module in a file, whatever its compression; undefined when the file is not a module. */
export function moduleNameOfPath(path: string): string | undefined {
  const match = /([^/]+)\.ko(?:\.(?:xz|zst|gz))?$/.exec(path);
  return match?.[1] === undefined ? undefined : moduleName(match[1]);
}

interface Section {
  readonly nameAt: number;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

/** Section headers of a little-endian ELF64 file; undefined when it is anything else or points outside itself. */
function readSections(elf: Buffer): { sections: Section[]; namesIndex: number } | undefined {
  if (elf.length < 64 || elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) return undefined;
  const tableAt = Number(elf.readBigUInt64LE(0x28));
  const entrySize = elf.readUInt16LE(0x3a);
  const count = elf.readUInt16LE(0x3c);
  if (entrySize < 64 || tableAt + entrySize * count > elf.length) return undefined;
  const sections: Section[] = [];
  for (let i = 0; i < count; i++) {
    const at = tableAt + i * entrySize;
    const section = {
      nameAt: elf.readUInt32LE(at),
      type: elf.readUInt32LE(at + 4),
      offset: Number(elf.readBigUInt64LE(at + 0x18)),
      size: Number(elf.readBigUInt64LE(at + 0x20)),
    };
    if (section.type !== SHT_NOBITS && section.offset + section.size > elf.length) return undefined;
    sections.push(section);
  }
  return { sections, namesIndex: elf.readUInt16LE(0x3e) };
}

function textAt(bytes: Buffer, at: number): string {
  if (at >= bytes.length) return '';
  const end = bytes.indexOf(0, at);
  return bytes.toString('latin1', at, end < 0 ? bytes.length : end);
}

/**
 * Reads `.modinfo` of an uncompressed module.
 * @returns undefined for bytes that are not a whole 64-bit little-endian ELF file with that section.
 */
export function readModinfo(elf: Buffer): ModuleInfo | undefined {
  const table = readSections(elf);
  const names = table?.sections[table.namesIndex];
  if (table === undefined || names === undefined || names.type === SHT_NOBITS) return undefined;
  const nameBytes = elf.subarray(names.offset, names.offset + names.size);
  const info = table.sections.find((one) => one.type !== SHT_NOBITS && textAt(nameBytes, one.nameAt) === '.modinfo');
  if (info === undefined) return undefined;
  const entries = elf.toString('latin1', info.offset, info.offset + info.size).split('\0');
  const depends = entries
    .filter((entry) => entry.startsWith('depends='))
    .flatMap((entry) => entry.slice('depends='.length).split(','))
    .filter((name) => name !== '');
  return { depends: depends.map(moduleName) };
}
