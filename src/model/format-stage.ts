import * as z from 'zod';

const name = z.string().max(256);

/**
 * The record of a tracepoint as the kernel's format file has it, for programs that read it through a structure of their own.
 * Once per tracepoint, at most 16.
 */
export const FormatStage = z.object({
  stage: z.literal('format'),
  /** `category/name`. */
  tracepoint: name,
  /** In the order of the file, those that all tracepoints have first. Offsets and sizes in bytes. */
  fields: z
    .array(
      z.object({
        name,
        offset: z.number().int().nonnegative().max(65_535),
        size: z.number().int().nonnegative().max(65_535),
      }),
    )
    .max(128),
});
