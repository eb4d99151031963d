import { readUnverified } from './read-unverified.ts';
import type { Examined } from './select.ts';
import type { StoredBundle } from './store.ts';
import { type ReadBundle, readBundle } from './verify.ts';
import { authenticEvidence, type EvidenceContext, usableProblem } from './verify-evidence.ts';

const TURN_MS = 20;

/** Hands on when its time is over: a server has other requests meanwhile. */
function createTurns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await new Promise((done) => setImmediate(done));
    since = performance.now();
  };
}

function examineOne(bundle: ReadBundle, context: EvidenceContext): Examined {
  const { sha256: bundleSha256 } = bundle;
  const read = authenticEvidence(bundle, context);
  if (read.ok) return { bundleSha256, document: read.document, problem: usableProblem(read.document, context) };
  const { code, detail } = read;
  return { bundleSha256, document: undefined, problem: { code, detail } };
}

/**
 * Verifies bundles of one artifact, and what says that the same objects failed, under whatever name. Other bundles of other
 * artifacts are left out: that may only take away.
 */
export async function examine(
  bundles: readonly StoredBundle[],
  context: EvidenceContext,
  name: string,
): Promise<Examined[]> {
  const examined: Examined[] = [];
  const objects = new Set<string>();
  const failures: { readonly bundle: StoredBundle; readonly object: string }[] = [];
  const turn = createTurns();
  for (const bundle of bundles) {
    const read = readBundle(bundle.bytes, bundle.sha256);
    const claimed = readUnverified(read.open);
    if (claimed === undefined || claimed.name === name) {
      examined.push(examineOne(read, context));
      if (claimed) objects.add(claimed.sha256);
    } else if (claimed.isFailure) failures.push({ bundle, object: claimed.sha256 });
    await turn();
  }
  for (const { bundle, object } of failures) {
    if (!objects.has(object)) continue;
    const one = examineOne(readBundle(bundle.bytes, bundle.sha256), context);
    if (one.document !== undefined) examined.push(one);
    await turn();
  }
  return examined;
}
