import * as z from 'zod';
import type { OpenBundle } from './envelope.ts';

const Named = z.object({
  subject: z.array(z.object({ digest: z.object({ sha256: z.string() }) })).min(1),
  predicate: z.object({ result: z.string().optional(), bpfcompat: z.object({ name: z.string() }) }),
});

/** What a payload that no one has verified says it is about. */
interface Claimed {
  readonly name: string;
  /** Of the object. */
  readonly sha256: string;
  readonly isFailure: boolean;
}

/** Undefined where it does not say. */
export function readUnverified(open: OpenBundle | string): Claimed | undefined {
  const read = typeof open === 'string' ? undefined : Named.safeParse(open.json).data;
  if (read === undefined) return undefined;
  const { result, bpfcompat } = read.predicate;
  return { name: bpfcompat.name, sha256: read.subject[0]?.digest.sha256 ?? '', isFailure: result === 'FAILED' };
}
