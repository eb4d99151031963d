import * as z from 'zod';
import { openBundle } from './envelope.ts';

const Named = z.object({
  subject: z.array(z.object({ digest: z.object({ sha256: z.string() }) })).min(1),
  predicate: z.object({ bpfcompat: z.object({ name: z.string() }) }),
});

/** What a payload that no one has verified says it is about; undefined where it does not say. */
export function readUnverified(bytes: Uint8Array): { readonly name: string; readonly sha256: string } | undefined {
  const open = openBundle(bytes);
  if (typeof open === 'string') return undefined;
  try {
    const { subject, predicate } = Named.parse(JSON.parse(open.payload.toString('utf8')));
    return { name: predicate.bpfcompat.name, sha256: subject[0]?.digest.sha256 ?? '' };
  } catch {
    return undefined;
  }
}
