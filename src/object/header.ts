import {
  ELF_CLASS,
  ELF_MACHINE,
  ELF_ORDER,
  ELF_TYPE,
  HEADER_BYTES,
  hasBytes,
  hasElfMagic,
  readElfHeader,
  readElfIdentity,
  readSectionEntries,
  SECTION_BYTES,
} from '../elf/elf-file.ts';
import { machineName, signatureName } from './signatures.ts';

/** Largest object a guest is given, in bytes. */
export const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

/** Why a file is not an eBPF object that a little-endian 64-bit kernel could load. */
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
  return checkIdentity(bytes) ?? checkSections(bytes);
}

/**
 * Whether a file begins as an eBPF object for these kernels does; nothing behind the header is looked at.
 * @param head its first `HEADER_BYTES` bytes
 */
export function isBpfHeader(head: Uint8Array): boolean {
  if (head.length < HEADER_BYTES || checkIdentity(head) !== undefined) return false;
  return readElfIdentity(head)?.machine === ELF_MACHINE.bpf;
}

/** Magic, machine, class, byte order and type, in the order in which they help the user most. */
function checkIdentity(bytes: Uint8Array): ObjectProblem | undefined {
  if (!hasElfMagic(bytes)) {
    const kind = signatureName(bytes);
    const found = problem(
      'not_elf',
      `this is ${kind.name}, not an ELF object; ${kind.remedy ?? COMPILE}`,
      `starts with ${hex(bytes.subarray(0, 8))}`,
    );
    return kind.guessed ? found : { ...found, foreign: true };
  }
  const identity = readElfIdentity(bytes);
  if (identity === undefined) return truncated(`${bytes.length} bytes, the ELF header needs ${HEADER_BYTES}`);
  const { elfClass, order, type, machine } = identity;
  if (order !== ELF_ORDER.little && order !== ELF_ORDER.big) {
    return problem('not_elf', `its ELF header is damaged (unknown byte order); ${REBUILD}`, `EI_DATA ${order}`);
  }
  // Old compilers left the field empty, and libbpf still takes such objects.
  if (machine !== ELF_MACHINE.bpf && machine !== ELF_MACHINE.none) {
    const name = machineName(machine);
    const found = problem(
      'wrong_machine',
      `this is an ELF file for ${name ?? `machine ${machine}`}, not for eBPF; ${COMPILE}`,
      `e_machine ${machine}`,
    );
    // An unknown number may as well be damage.
    return name === undefined ? found : { ...found, foreign: true };
  }
  if (elfClass !== ELF_CLASS.bits64) {
    return problem(
      'not_64bit',
      `this is not a 64-bit ELF object, eBPF objects always are; ${COMPILE}`,
      `EI_CLASS ${elfClass}`,
    );
  }
  if (order === ELF_ORDER.big) {
    return problem(
      'big_endian',
      'this object is big-endian, the kernels here are little-endian; compile it with -target bpfel',
      'EI_DATA 2',
    );
  }
  if (type !== ELF_TYPE.relocatable) {
    return problem(
      'not_relocatable',
      `this is a linked ELF file, not an object file; ${COMPILE}, without a link step`,
      `e_type ${type}`,
    );
  }
  return undefined;
}

/** The section table and every section must lie inside the file. */
function checkSections(bytes: Uint8Array): ObjectProblem | undefined {
  const size = bytes.length;
  const header = readElfHeader(bytes);
  if (header === undefined) return truncated(`${size} bytes, the ELF header needs ${HEADER_BYTES}`);
  const { offset: table, entryBytes, count } = header.sections;
  if (table === 0n)
    return problem('empty', `it has no sections, so there are no programs in it; ${REBUILD}`, 'e_shoff 0');
  if (entryBytes !== SECTION_BYTES) {
    return problem(
      'not_elf',
      `its ELF header is damaged (section entries of ${entryBytes} bytes); ${REBUILD}`,
      `e_shentsize ${entryBytes}`,
    );
  }
  if (table + BigInt(SECTION_BYTES) > BigInt(size))
    return truncated(`section table at ${table}, file has ${size} bytes`);
  if (count < 2n)
    return problem('empty', `it has no sections, so there are no programs in it; ${REBUILD}`, `${count} sections`);
  const entries = readSectionEntries(bytes, header.sections, Number(count));
  if (entries === undefined) return truncated(`${count} section entries at ${table}, file has ${size} bytes`);
  for (const [index, section] of entries.entries()) {
    const end = section.offset + section.size;
    if (hasBytes(section) && end > BigInt(size)) {
      return truncated(`section ${index} ends at ${end}, file has ${size} bytes`);
    }
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
