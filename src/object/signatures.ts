/** Machines a wrong build most likely targeted, by e_machine. */
const MACHINES: Readonly<Record<number, string>> = {
  3: '32-bit x86',
  8: 'MIPS',
  20: '32-bit PowerPC',
  21: '64-bit PowerPC',
  22: 's390x',
  40: '32-bit ARM',
  62: 'x86_64',
  183: 'aarch64',
  243: 'RISC-V',
  258: 'LoongArch',
};

/** The machine an ELF file is for, in words; undefined for a number that is none of the usual ones. */
export function machineName(machine: number): string | undefined {
  return MACHINES[machine];
}

/** What a file is instead of ELF. */
export interface SignatureName {
  readonly name: string;
  /** What to do, where it is not simply compiling. */
  readonly remedy?: string;
  /** No signature says so: these may be the remains of an object. */
  readonly guessed?: true;
}

const TAKE_OUT = 'objects are plain files: take the .bpf.o out of it (tar -xf, oras pull) and name that';

/** `at`: byte of the file where the signature starts, 0 unless said. */
const SIGNATURES: readonly { readonly at?: number; readonly start: readonly number[]; readonly is: SignatureName }[] = [
  {
    start: [0x42, 0x43, 0xc0, 0xde],
    is: { name: 'LLVM bitcode', remedy: 'finish the build with llc -march=bpf -filetype=obj, or leave -emit-llvm out' },
  },
  { start: [0x21, 0x3c, 0x61, 0x72], is: { name: 'a static library', remedy: 'give the .bpf.o inside it' } },
  { start: [0x1f, 0x8b], is: { name: 'a gzip file', remedy: TAKE_OUT } },
  { start: [0x28, 0xb5, 0x2f, 0xfd], is: { name: 'a zstd file', remedy: TAKE_OUT } },
  { start: [0xfd, 0x37, 0x7a, 0x58, 0x5a], is: { name: 'an xz file', remedy: TAKE_OUT } },
  { start: [0x50, 0x4b, 0x03, 0x04], is: { name: 'a zip file', remedy: TAKE_OUT } },
  // "ustar"
  {
    at: 257,
    start: [0x75, 0x73, 0x74, 0x61, 0x72],
    is: { name: 'a tar archive (images of OCI and docker are such)', remedy: TAKE_OUT },
  },
  { start: [0x23, 0x21], is: { name: 'a script' } },
];

/** Bytes looked at to distinguish text from binary. */
const SAMPLE = 512;

/** What a file that is not an ELF object seems to be. */
export function signatureName(bytes: Uint8Array): SignatureName {
  const known = SIGNATURES.find(({ at = 0, start }) => start.every((byte, index) => bytes[at + index] === byte));
  if (known) return known.is;
  const isText = bytes
    .subarray(0, SAMPLE)
    .every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
  return { name: isText ? 'a text file' : 'a binary file of an unknown kind', guessed: true };
}
