import { readUnverified } from './read-unverified.ts';
import type { Examined } from './select.ts';
import type { StoredBundle } from './store.ts';
import { readBundle } from './verify.ts';
import { authenticEvidence, type EvidenceContext, usableProblem } from './verify-evidence.ts';

/**
 * Verifies bundles of one artifact. Those that say that they are about another one are left out: leaving out may only take
 * away.
 */
export function examine(bundles: readonly StoredBundle[], context: EvidenceContext, name: string): Examined[] {
  return bundles.flatMap(({ bytes, sha256: bundleSha256 }): Examined[] => {
    const bundle = readBundle(bytes, bundleSha256);
    const claimed = readUnverified(bundle.open)?.name;
    if (claimed !== undefined && claimed !== name) return [];
    const read = authenticEvidence(bundle, context);
    if (!read.ok) {
      const { code, detail } = read;
      return [{ bundleSha256, document: undefined, problem: { code, detail } }];
    }
    return [{ bundleSha256, document: read.document, problem: usableProblem(read.document, context) }];
  });
}
