import { readUnverified } from './read-unverified.ts';
import type { Examined } from './select.ts';
import type { StoredBundle } from './store.ts';
import { readBundle } from './verify.ts';
import { authenticEvidence, type EvidenceContext, usableProblem } from './verify-evidence.ts';

/** How long at a time, in milliseconds: a server has other requests meanwhile. */
const TURN_MS = 20;

function examineOne(
  { bytes, sha256: bundleSha256 }: StoredBundle,
  context: EvidenceContext,
  name: string,
): Examined | undefined {
  const bundle = readBundle(bytes, bundleSha256);
  const claimed = readUnverified(bundle.open)?.name;
  if (claimed !== undefined && claimed !== name) return undefined;
  const read = authenticEvidence(bundle, context);
  if (read.ok) return { bundleSha256, document: read.document, problem: usableProblem(read.document, context) };
  const { code, detail } = read;
  return { bundleSha256, document: undefined, problem: { code, detail } };
}

/**
 * Verifies bundles of one artifact, and lets others have their turn now and then. Those that say that they are about another
 * one are left out: leaving out may only take away.
 */
export async function examine(
  bundles: readonly StoredBundle[],
  context: EvidenceContext,
  name: string,
): Promise<Examined[]> {
  const examined: Examined[] = [];
  let since = performance.now();
  for (const bundle of bundles) {
    const one = examineOne(bundle, context, name);
    if (one) examined.push(one);
    if (performance.now() - since < TURN_MS) continue;
    await new Promise((done) => setImmediate(done));
    since = performance.now();
  }
  return examined;
}
