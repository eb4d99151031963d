import * as z from 'zod';

const word = z.string().max(256);

/** What became of a group of programs of which one is loaded. */
export const VariantGroup = z.object({
  group: word,
  /** The program that is loaded; empty when none of them can be. */
  chosen: word,
  programs: z
    .array(
      z.object({
        name: word,
        outcome: z.enum(['chosen', 'not_needed', 'no_helper', 'refused', 'not_found', 'untried']),
        /** Id of the helper it needs; 0 when it names none. */
        helper: z.number().int().nonnegative().max(0xffff_ffff),
        /** Of a trial load that was rejected. */
        errno: z.number().int().min(-4095).max(4095),
      }),
    )
    .max(6),
});
export type VariantGroup = z.infer<typeof VariantGroup>;
