import * as z from 'zod';

/** What the kernel of a guest itself said of trouble while a request was completed: never the words of a process. */
export const KernelLog = z.object({
  /** Messages of its log that may show trouble. */
  lines: z.array(z.string().max(4096)).max(32),
  /** False when the log was longer than what could be kept of it. */
  whole: z.boolean(),
  /** The log or the flags could not be read although they are there: what is attached may deny them. */
  refused: z.literal(true).optional(),
  /** `/proc/sys/kernel/tainted` when the request came and when it was completed. */
  taint_before: z.number().int().min(0),
  taint_after: z.number().int().min(0),
});
export type KernelLog = z.infer<typeof KernelLog>;
