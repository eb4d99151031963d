import type { AlteringProgram } from '../model/altering.ts';
import { contextUse, IN_PROGRAM, IN_SUBPROGRAM } from './context-writes.ts';
import type { ObjectFacts } from './facts.ts';
import type { ProgramFacts } from './programs.ts';
import { viewOf } from './strings.ts';

/** Helpers that write to the memory of processes, choose what a function returns, or load and attach programs. */
const HELPERS: readonly (readonly [id: number, name: string])[] = [
  [36, 'bpf_probe_write_user'],
  [58, 'bpf_override_return'],
  [166, 'bpf_sys_bpf'],
];
const TAIL_CALL = 12;
const UPROBE = /^(?:uprobe|uretprobe|usdt)\b/;

/**
 * The programs of an object that can alter what is observed while they are attached. No kernel function does, so far.
 * The validator finds the same in the instructions that the kernel got (validator-c/src/alters.c), but for stores to a
 * context, which need registers followed: test/e2e/altering.test.ts compares both.
 */
export function alteringPrograms(facts: ObjectFacts): AlteringProgram[] {
  const writers = contextWriters(facts);
  const own = facts.programs.map((program) => ({ program, uses: usesOf(program, writers) }));
  const some = own.some(({ uses }) => uses.length > 0);
  // What is called through a map of programs goes live with its caller, and a struct_ops map as a whole.
  const called = own.map(({ program, uses }) => ({
    program,
    uses: some && program.helpers.has(TAIL_CALL) ? [...uses, 'bpf_tail_call'] : uses,
  }));
  const member = called.some(({ program, uses }) => isStructOps(program) && uses.length > 0);
  return called.flatMap(({ program, uses }) => {
    const all = member && isStructOps(program) && uses.length === 0 ? ['struct_ops'] : uses;
    return all.length === 0 ? [] : [{ name: program.name, section: program.section, uses: all }];
  });
}

function isStructOps({ kind }: ProgramFacts): boolean {
  return kind.type === 'struct_ops';
}

function usesOf(program: ProgramFacts, writesContext: (program: ProgramFacts) => boolean): string[] {
  const { helpers, kind, section } = program;
  const uses = HELPERS.filter(([id]) => helpers.has(id)).map(([, name]) => name);
  if (kind.attachType === 'modify_return') uses.push('fmod_ret');
  if (kind.type === 'raw_tracepoint_writable') uses.push('raw_tp.w');
  // Newer kernels take over what a uprobe writes to its context as the registers of the process.
  if (UPROBE.test(section) && writesContext(program)) uses.push('uprobe_write_ctx');
  return uses;
}

/** Says of a program whether it, or what it calls, may write to its context. */
function contextWriters({ functions }: ObjectFacts): (program: ProgramFacts) => boolean {
  const known = new Map<number, boolean>();
  const use = (index: number, start: number) => {
    const fn = functions[index];
    return fn ? contextUse(viewOf(fn.code), fn.insns, start) : { writes: false, passes: false };
  };
  const asSubprogram = (index: number): boolean => {
    const writes = known.get(index) ?? use(index, IN_SUBPROGRAM).writes;
    known.set(index, writes);
    return writes;
  };
  return ({ layout: { parts } }) => {
    const [main, ...subprograms] = parts;
    if (!main) return false;
    const { writes, passes } = use(main.fn, IN_PROGRAM);
    return writes || (passes && subprograms.some(({ fn }) => asSubprogram(fn)));
  };
}
