import * as z from 'zod';
import type { OpenBundle } from './envelope.ts';

const Named = z.object({
  subject: z.array(z.object({ digest: z.object({ sha256: z.string() }) })).min(1),
  predicate: z.object({ bpfcompat: z.object({ name: z.string() }) }),
});

/** What a payload that no one has verified says it is about; undefined where it does not say. */
export function readUnverified(
  open: OpenBundle | string,
): { readonly name: string; readonly sha256: string } | undefined {
  const read = typeof open === 'string' ? undefined : Named.safeParse(open.json).data;
  return read && { name: read.predicate.bpfcompat.name, sha256: read.subject[0]?.digest.sha256 ?? '' };
}
