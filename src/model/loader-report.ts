import * as z from 'zod';

/** So many programs, maps and attaches a loader lists. */
export const MAX_LISTED = 512;

const short = (chars: number) =>
  z
    .string()
    .max(256 * 1024)
    .transform((text) => text.slice(0, chars));
const name = short(256);
const message = short(4096);
/** The end of a log says why. */
const log = z
  .string()
  .max(256 * 1024)
  .transform((text) => text.slice(-64 * 1024));
const status = z.enum(['pass', 'fail', 'skipped']);
const errno = z.number().int().min(-4095).max(0);
const count = z.number().int().nonnegative().max(0xffffffff);

const step = { status, errno, error: message };

/**
 * What a loader of ours prints in a guest (docs/loaders.md): one line of JSON. The guest is hostile: everything is bounded here,
 * and unknown keys are dropped.
 */
export const LoaderReport = z.object({
  format: z.literal('bpfcompat.loader.v1'),
  loader: name,
  version: name,
  open: z.object({ ...step, log: log.default('') }),
  load: z.object({
    ...step,
    log: log.default(''),
    /** What the library says was rejected; empty: the object as a whole. */
    kind: z.enum(['program', 'map', '']),
    subject: name,
    verifier_log: log,
  }),
  programs: z.array(z.object({ name, section: name, type: name, loaded: z.boolean() })).max(MAX_LISTED),
  maps: z
    .array(
      z.object({
        name,
        type: name,
        key_size: count,
        value_size: count,
        max_entries: count,
        flags: count,
      }),
    )
    .max(MAX_LISTED),
  attach: z.array(z.object({ ...step, program: name, section: name, method: name, reason: message })).max(MAX_LISTED),
});
export type LoaderReport = z.infer<typeof LoaderReport>;

/** The report in what a loader printed; undefined for anything else. */
export function readLoaderReport(text: string): LoaderReport | undefined {
  try {
    return LoaderReport.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
