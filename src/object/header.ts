import { machineName, signatureName } from './signatures.ts';

/** Largest object a guest is given, in bytes. */
export const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

/** Why a file is no eBPF object that a little-endian 64-bit kernel could load. */
export interface ObjectProblem {
  readonly reason:
    | 'empty'
    | 'too_large'
    | 'not_elf'
    | 'not_64bit'
    | 'wrong_machine'
    | 'big_endian'
    | 'not_relocatable'
    | 'truncated';
  /** What is wrong and what to do, for the user; follows "<file>: ". */
  readonly message: string;
  /** The value that gave it away, for logs. */
  readonly detail: string;
  /** It is certainly something else, such as an archive or a program, and never was an object. */
  readonly foreign?: true;
}

const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const BIG_ENDIAN = 2;
const TYPE_RELOCATABLE = 1;
const MACHINE_BPF = 247;
/** Old compilers left the field empty, and libbpf still takes such objects. */
const MACHINE_NONE = 0;
/** Sections of these types have no bytes in the file. */
const SECTION_NULL = 0;
const SECTION_NOBITS = 8;

const REBUILD = 'build it again';
const COMPILE = 'compile it with clang -O2 -g -target bpf -c';

/**
 * Looks at the ELF header and the section table of an object, and at nothing else: everything deeper is read in the
 * guest. Never throws, whatever the bytes are.
 * @returns undefined when this may well be an eBPF object
 */
export function checkObjectHeader(bytes: Uint8Array): ObjectProblem | undefined {
  if (bytes.length === 0) return problem('empty', `the file is empty; ${REBUILD}`, '0 bytes');
  if (bytes.length > MAX_OBJECT_BYTES) {
    const limit = `${MAX_OBJECT_BYTES / 1024 / 1024} MiB`;
    return problem(
      'too_large',
      `the file is larger than ${limit}; strip its debug sections (llvm-strip -g)`,
      `${bytes.length} bytes`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return checkIdentity(bytes, view) ?? checkSections(view);
}

/** Magic, machine, class, byte order and type, in the order in which they help the user most. */
function checkIdentity(bytes: Uint8Array, view: DataView): ObjectProblem | undefined {
  const magic = [0x7f, 0x45, 0x4c, 0x46].slice(0, bytes.length);
  if (magic.some((byte, index) => bytes[index] !== byte)) {
    const kind = signatureName(bytes);
    const found = problem(
      'not_elf',
      `this is ${kind.name}, not an ELF object; ${kind.remedy ?? COMPILE}`,
      `starts with ${hex(bytes.subarray(0, 8))}`,
    );
    return kind.guessed ? found : { ...found, foreign: true };
  }
  if (bytes.length < 20) return truncated(`${bytes.length} bytes, the ELF header needs ${HEADER_BYTES}`);
  const order = view.getUint8(5);
  if (order !== LITTLE_ENDIAN && order !== BIG_ENDIAN) {
    return problem('not_elf', `its ELF header is damaged (unknown byte order); ${REBUILD}`, `EI_DATA ${order}`);
  }
  const little = order === LITTLE_ENDIAN;
  const machine = view.getUint16(18, little);
  if (machine !== MACHINE_BPF && machine !== MACHINE_NONE) {
    const name = machineName(machine);
    const found = problem(
      'wrong_machine',
      `this is an ELF file for ${name ?? `machine ${machine}`}, not for eBPF; ${COMPILE}`,
      `e_machine ${machine}`,
    );
    // A number that nobody knows may as well be damage.
    return name === undefined ? found : { ...found, foreign: true };
  }
  const elfClass = view.getUint8(4);
  if (elfClass !== CLASS_64) {
    return problem(
      'not_64bit',
      `this is not a 64-bit ELF object, eBPF objects always are; ${COMPILE}`,
      `EI_CLASS ${elfClass}`,
    );
  }
  if (!little) {
    return problem(
      'big_endian',
      'this object is big-endian, the kernels here are little-endian; compile it with -target bpfel',
      'EI_DATA 2',
    );
  }
  const type = view.getUint16(16, true);
  if (type !== TYPE_RELOCATABLE) {
    return problem(
      'not_relocatable',
      `this is a linked ELF file, not an object file; ${COMPILE}, without a link step`,
      `e_type ${type}`,
    );
  }
  return undefined;
}

/** The section table and every section must lie inside the file. */
function checkSections(view: DataView): ObjectProblem | undefined {
  const size = view.byteLength;
  if (size < HEADER_BYTES) return truncated(`${size} bytes, the ELF header needs ${HEADER_BYTES}`);
  const table = view.getBigUint64(40, true);
  const entrySize = view.getUint16(58, true);
  if (table === 0n)
    return problem('empty', `it has no sections, so there are no programs in it; ${REBUILD}`, 'e_shoff 0');
  if (entrySize !== SECTION_BYTES) {
    return problem(
      'not_elf',
      `its ELF header is damaged (section entries of ${entrySize} bytes); ${REBUILD}`,
      `e_shentsize ${entrySize}`,
    );
  }
  if (table + BigInt(SECTION_BYTES) > BigInt(size))
    return truncated(`section table at ${table}, file has ${size} bytes`);
  const start = Number(table);
  // More than 65 279 sections: the count stands in the first entry.
  const declared = BigInt(view.getUint16(60, true));
  const count = declared === 0n ? view.getBigUint64(start + 32, true) : declared;
  if (count < 2n)
    return problem('empty', `it has no sections, so there are no programs in it; ${REBUILD}`, `${count} sections`);
  if (table + count * BigInt(SECTION_BYTES) > BigInt(size)) {
    return truncated(`${count} section entries at ${table}, file has ${size} bytes`);
  }
  for (let index = 0; index < Number(count); index++) {
    const entry = start + index * SECTION_BYTES;
    const type = view.getUint32(entry + 4, true);
    if (type === SECTION_NULL || type === SECTION_NOBITS) continue;
    const end = view.getBigUint64(entry + 24, true) + view.getBigUint64(entry + 32, true);
    if (end > BigInt(size)) return truncated(`section ${index} ends at ${end}, file has ${size} bytes`);
  }
  return undefined;
}

function truncated(detail: string): ObjectProblem {
  return problem('truncated', `the ELF object is cut off (${detail}); copy it again or ${REBUILD}`, detail);
}

function problem(reason: ObjectProblem['reason'], message: string, detail: string): ObjectProblem {
  return { reason, message, detail };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
