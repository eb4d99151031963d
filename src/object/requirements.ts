/** Something that not every kernel has and a program or map needs. */
export interface Requirement {
  readonly kind:
    | 'program_type'
    | 'attach_type'
    | 'map_type'
    | 'map_flag'
    | 'helper'
    | 'kfunc'
    | 'code'
    | 'target'
    | 'struct';
  /** The thing itself: `ringbuf`, `bpf_loop`, `jmp32`. */
  readonly name: string;
  /** Words that follow "needs". */
  readonly words: string;
  /** `major.minor` of the first upstream kernel; empty when no known kernel has it. */
  readonly since: string;
  /**
   * `hard`: an older kernel rejects it even in code that never runs. `soft`: guards in the code can avoid it, or the
   * loader can supply it.
   */
  readonly strength: 'hard' | 'soft';
  /** Whether an older kernel rejects the load, or loads it and rejects the attach. */
  readonly phase: 'load' | 'attach';
  /** The program or map that needs it. */
  readonly subject: { readonly kind: 'program' | 'map'; readonly name: string };
  /** Position of the program in the list of programs; undefined for maps. */
  readonly program: number | undefined;
  /** First instruction of the program that needs it; undefined when it is not about one. */
  readonly insn: number | undefined;
}
