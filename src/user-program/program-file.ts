import {
  ELF_CLASS,
  ELF_ORDER,
  readElfHeader,
  readElfIdentity,
  readSegments,
  SEGMENT_TYPE,
  type Segment,
} from '../elf/elf-file.ts';

/** What a program file needs before a kernel can run it, read from its bytes. Pure. */
export type ProgramFile =
  | {
      readonly kind: 'elf';
      readonly bits: 32 | 64;
      /** `e_machine`: 62 is x86_64, 183 aarch64, 247 BPF. */
      readonly machine: number;
      /** `e_type`: 1 is an object that was not linked, 2 and 3 are programs and libraries. */
      readonly type: number;
      /** It says where to start: programs and dynamic linkers do, libraries do not. */
      readonly hasEntry: boolean;
      /** Loader that the kernel starts; empty for a static program and for libraries. */
      readonly interpreter: string;
      /** Names of libraries, in order. */
      readonly needed: readonly string[];
      /** Directories as the linker wrote them. `rpath` counts only where there is no `runpath`. */
      readonly runpath: readonly string[];
      readonly rpath: readonly string[];
    }
  | { readonly kind: 'script'; readonly interpreter: string; readonly argument: string }
  | { readonly kind: 'other' };

const MAX_HEADERS = 256;
const MAX_DYNAMIC = 4096;
const MAX_NEEDED = 512;
const MAX_STRING = 4096;
const DT = { null: 0, needed: 1, strtab: 5, rpath: 15, runpath: 29 } as const;

/** Text up to its zero byte; undefined where the file ends first. */
function textAt(bytes: Buffer, offset: number): string | undefined {
  if (offset < 0 || offset >= bytes.length) return undefined;
  const end = bytes.subarray(offset, offset + MAX_STRING).indexOf(0);
  return end < 0 ? undefined : bytes.toString('utf8', offset, offset + end);
}

/** Tags and values of the dynamic section, in order. */
function readDynamic(bytes: Buffer, { offset, size }: Segment): [tag: number, value: number][] {
  const entries: [number, number][] = [];
  const end = Math.min(bytes.length, offset + size, offset + MAX_DYNAMIC * 16);
  for (let at = offset; at + 16 <= end; at += 16) {
    const tag = Number(bytes.readBigUInt64LE(at));
    if (tag === DT.null) break;
    entries.push([tag, Number(bytes.readBigUInt64LE(at + 8))]);
  }
  return entries;
}

function linkage(bytes: Buffer, segments: readonly Segment[]) {
  const dynamic = segments.find(({ type }) => type === SEGMENT_TYPE.dynamic);
  const entries = dynamic ? readDynamic(bytes, dynamic) : [];
  const address = entries.find(([tag]) => tag === DT.strtab)?.[1] ?? 0;
  const home = segments.find(
    (one) => one.type === SEGMENT_TYPE.load && address >= one.address && address < one.address + one.size,
  );
  const strings = home === undefined ? undefined : home.offset + address - home.address;
  const texts = (tags: number): string[] =>
    strings === undefined
      ? []
      : entries.flatMap(([tag, value]) => (tag === tags ? (textAt(bytes, strings + value) ?? []) : []));
  const paths = (tags: number): string[] => texts(tags).flatMap((text) => text.split(':').filter((dir) => dir !== ''));
  return { needed: texts(DT.needed).slice(0, MAX_NEEDED), runpath: paths(DT.runpath), rpath: paths(DT.rpath) };
}

const SCRIPT = /^#![ \t]*([^\s]+)(?:[ \t]+([^\r\n]*))?/;

function readScript(bytes: Buffer): ProgramFile {
  const [, interpreter = '', argument = ''] = SCRIPT.exec(bytes.toString('utf8', 0, 256)) ?? [];
  return interpreter === '' ? { kind: 'other' } : { kind: 'script', interpreter, argument: argument.trim() };
}

/** Reads a program, a library or a script. Never throws: what cannot be read is `other`. */
export function readProgramFile(file: Uint8Array): ProgramFile {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length > 2 && bytes[0] === 0x23 && bytes[1] === 0x21) return readScript(bytes);
  const identity = bytes.length < 52 ? undefined : readElfIdentity(bytes);
  if (identity?.order !== ELF_ORDER.little) return { kind: 'other' };
  const none = { interpreter: '', needed: [], runpath: [], rpath: [] };
  const about = { kind: 'elf', type: identity.type, machine: identity.machine } as const;
  if (identity.elfClass === ELF_CLASS.bits32) {
    return { ...about, bits: 32, hasEntry: bytes.readUInt32LE(24) !== 0, ...none };
  }
  const header = readElfHeader(bytes);
  const segments = header && readSegments(bytes, header.segments, MAX_HEADERS);
  if (header === undefined || segments === undefined) return { kind: 'other' };
  const interp = segments.find(({ type }) => type === SEGMENT_TYPE.interp);
  return {
    ...about,
    bits: 64,
    hasEntry: header.entry !== 0n,
    interpreter: interp === undefined ? '' : (textAt(bytes, interp.offset) ?? ''),
    ...linkage(bytes, segments),
  };
}
