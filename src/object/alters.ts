import type { AlteringProgram } from '../model/altering.ts';
import type { ObjectFacts } from './facts.ts';
import type { ProgramFacts } from './programs.ts';

/** Helpers that write to the memory of processes, choose what a function returns, or load and attach programs. */
const HELPERS: readonly (readonly [id: number, name: string])[] = [
  [36, 'bpf_probe_write_user'],
  [58, 'bpf_override_return'],
  [166, 'bpf_sys_bpf'],
];
const TAIL_CALL = 12;

/**
 * The programs of an object that can alter what is observed while they are attached. No kernel function does, so far.
 * The validator finds the same in the instructions that the kernel got (validator-c/src/load/alters.c);
 * test/e2e/altering.test.ts compares both.
 */
export function alteringPrograms(facts: ObjectFacts): AlteringProgram[] {
  const own = facts.programs.map((program) => ({ program, uses: usesOf(program) }));
  const some = own.some(({ uses }) => uses.length > 0);
  // What is called through a map of programs goes live with its caller, and a struct_ops map as a whole.
  const called = own.map(({ program, uses }) => ({
    program,
    uses: some && program.helpers.has(TAIL_CALL) ? [...uses, 'bpf_tail_call'] : uses,
  }));
  const member = called.some(({ program, uses }) => isStructOps(program) && uses.length > 0);
  return called.flatMap(({ program, uses }) => {
    const all = uses.length > 0 ? uses : besideOthers(program, some, member);
    return all.length === 0 ? [] : [{ name: program.name, section: program.section, uses: all }];
  });
}

function isStructOps({ kind }: ProgramFacts): boolean {
  return kind.type === 'struct_ops';
}

/** Before 6.12 an LSM program fakes reads and writes as it likes: it keeps back what another one then changes. */
function besideOthers(program: ProgramFacts, some: boolean, member: boolean): string[] {
  if (isStructOps(program)) return member ? ['struct_ops'] : [];
  return some && program.kind.type === 'lsm' ? ['lsm'] : [];
}

function usesOf({ helpers, kind, writesRegisters }: ProgramFacts): string[] {
  const uses = HELPERS.filter(([id]) => helpers.has(id)).map(([, name]) => name);
  if (kind.attachType === 'modify_return') uses.push('fmod_ret');
  if (kind.type === 'raw_tracepoint_writable') uses.push('raw_tp.w');
  // Newer kernels take over what it writes as the registers of the process; a uprobe can tail-call it whatever its section.
  if (writesRegisters) uses.push('uprobe_write_ctx');
  return uses;
}
