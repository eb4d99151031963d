import { type Btf, readBtf } from './btf.ts';
import { membersOf } from './btf-types.ts';
import { viewOf } from './strings.ts';

const HEADER_BYTES = 24;
const MAGIC = 0xeb9f;
const TYPE_BYTES = 12;
/** Of `struct pt_regs`: 32-bit x86 has the same names in a smaller one. */
const PT_REGS_BYTES_OF_I386 = 68;

/** Members of `struct pt_regs` that only one architecture has. BTF itself does not name its own. */
const REGISTERS: readonly (readonly [string, readonly string[]])[] = [
  ['x86_64', ['r15', 'orig_ax', 'orig_rax', 'di', 'rdi', 'cs']],
  ['aarch64', ['user_regs', 'orig_x0', 'syscallno', 'pstate']],
  ['32-bit ARM', ['uregs']],
  ['s390x', ['gprs', 'psw', 'orig_gpr2']],
  ['PowerPC', ['gpr', 'nip', 'orig_gpr3']],
  ['RISC-V', ['epc', 'orig_a0']],
  ['LoongArch', ['csr_era', 'csr_estat']],
];

/** The architecture that BTF is of, in words; undefined where nothing shows it (BTF that was cut down to some types). */
function archOf(btf: Btf): string | undefined {
  for (let id = 1; id <= btf.count; id++) {
    const type = btf.type(id);
    if (type.kind !== 'struct' || type.name !== 'pt_regs') continue;
    const members = new Set(membersOf(btf, type).map(({ name }) => name));
    const arch = REGISTERS.find(([, names]) => names.some((name) => members.has(name)))?.[0];
    return arch === 'x86_64' && type.ref === PT_REGS_BYTES_OF_I386 ? '32-bit x86' : arch;
  }
  return undefined;
}

/** Whether it names strings that it does not hold: BTF of a module goes on where that of its kernel ends. */
function isSplit(btf: Btf, stringBytes: number): boolean {
  for (let id = 1; id <= btf.count; id++) {
    if (btf.types.getUint32(btf.type(id).at - TYPE_BYTES, true) >= stringBytes) return true;
  }
  return false;
}

/**
 * Why bytes cannot stand in for the BTF of a kernel; undefined when they can. That they are of a certain build cannot be
 * seen in them.
 * @param arch of the kernel: `x86_64` or `aarch64`
 * @returns what follows "FILE: "
 */
export function kernelBtfProblem(bytes: Uint8Array, arch: string): string | undefined {
  if (bytes.length < HEADER_BYTES) return `it has ${bytes.length} bytes, and BTF has more; name a file with BTF`;
  const view = viewOf(bytes);
  if (view.getUint16(0, false) === MAGIC) return 'it is BTF in the byte order of another architecture';
  if (view.getUint16(0, true) !== MAGIC) {
    return 'it is not BTF; name a raw BTF file (as /sys/kernel/btf/vmlinux), a .btf.tar.xz of BTFHub, or a vmlinux with BTF';
  }
  const [header, types, typeBytes, strings, stringBytes] = [4, 8, 12, 16, 20].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const whole = header + Math.max(types + typeBytes, strings + stringBytes);
  if (whole > bytes.length)
    return `it is cut off: ${bytes.length} of ${whole} bytes are there; copy or download it again`;
  const btf = readBtf(bytes);
  if ('problem' in btf) return `its BTF cannot be read (${btf.problem}); make or download it again`;
  if (btf.count === 0) return 'its BTF has no types; make or download it again';
  if (isSplit(btf, stringBytes))
    return 'it is the BTF of a module, which needs that of its kernel; name the BTF of vmlinux';
  const other = archOf(btf);
  if (other !== undefined && other !== arch)
    return `it is BTF of a kernel for ${other}, and this kernel is for ${arch}`;
  return undefined;
}
