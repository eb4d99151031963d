import * as z from 'zod';

const name = z.string().max(256);

/**
 * What this kernel has of one name that an attach or a load did not find. Sent after the failure, once per name. `null`
 * stands for a list that the guest could not read.
 */
export const SymbolStage = z.object({
  stage: z.literal('symbol'),
  name,
  /** What was looked for: `function`, `tracepoint` (`category/name`), `raw_tracepoint`, `lsm_hook`, `iterator`, `kfunc`, `variable`, `type`. */
  kind: name,
  program: name,
  /** Entries of /proc/kallsyms with exactly this name. */
  kallsyms: z
    .array(z.object({ type: z.string().max(1), module: name }))
    .max(16)
    .nullable(),
  /** Names in kallsyms that the compiler made of it: `F.isra.0`, `F.constprop.0`, `F.part.0`, `F.cold`. */
  variants: z.array(name).max(16),
  /** Is it in the kernel's BTF, as what was looked for? */
  btf: z.boolean().nullable(),
  /** Module whose BTF has it; empty when none does. */
  btf_module: name,
  /** Is it in available_filter_functions? */
  traceable: z.boolean().nullable(),
  blacklisted: z.boolean().nullable(),
  /** A tracepoint's category is there. */
  category: z.boolean().nullable(),
  /** The most similar names that can be used in the same way, best first. */
  near: z.array(name).max(5),
  /** What a function of the kernel's BTF takes, as in C and without qualifiers; absent when it has no such entry. */
  parameters: z
    .array(z.object({ type: name, name }))
    .max(16)
    .optional(),
});
