import * as z from 'zod';
import { openBundle } from './envelope.ts';
import type { Examined } from './select.ts';
import type { StoredBundle } from './store.ts';
import { authenticEvidence, type EvidenceContext, usableProblem } from './verify-evidence.ts';

const Named = z.object({ predicate: z.object({ bpfcompat: z.object({ name: z.string() }) }) });

/** What a payload that nobody has verified says it is about; undefined where it does not say. */
function claimedName(bytes: Uint8Array): string | undefined {
  const open = openBundle(bytes);
  if (typeof open === 'string') return undefined;
  try {
    return Named.parse(JSON.parse(open.payload.toString('utf8'))).predicate.bpfcompat.name;
  } catch {
    return undefined;
  }
}

/**
 * Verifies bundles of one artifact. Those that say that they are about another one are left out: leaving out may only take
 * away.
 */
export function examine(bundles: readonly StoredBundle[], context: EvidenceContext, name: string): Examined[] {
  return bundles.flatMap(({ bytes, sha256: bundleSha256 }): Examined[] => {
    const claimed = claimedName(bytes);
    if (claimed !== undefined && claimed !== name) return [];
    const read = authenticEvidence(bytes, context);
    if (!read.ok) {
      const { code, detail } = read;
      return [{ bundleSha256, document: undefined, problem: { code, detail } }];
    }
    return [{ bundleSha256, document: read.document, problem: usableProblem(read.document, context) }];
  });
}
