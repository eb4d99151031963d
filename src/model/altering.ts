import * as z from 'zod';

/** A program that, once attached, can alter what every process of its kernel reads, writes or gets. */
export interface AlteringProgram {
  readonly name: string;
  readonly section: string;
  /** Helpers and kinds of programs that can: `bpf_probe_write_user`, `fmod_ret`, ... */
  readonly uses: readonly string[];
}

/**
 * The same in a guest's words: said before anything is attached, from the instructions that the kernel got. Names are
 * bounded like all others (evidence.ts).
 */
export const Alters = z
  .array(z.object({ program: z.string().max(256), uses: z.array(z.string().max(256)).max(16) }))
  .max(10_000)
  .optional();
