import { type Evidence, firstStage, type Shim } from './evidence.ts';

/** What was done to the object before the load that counts; empty when it was loaded as it is. */
export function shimsOf(evidence: Evidence | undefined): readonly Shim[] {
  if (evidence === undefined) return [];
  const shims = firstStage(evidence, 'open')?.shims ?? [];
  const detail = firstStage(evidence, 'load')?.inner_map;
  if (detail === undefined) return shims;
  return shims.map((shim) => (shim.kind === 'inner_map' && shim.errno === 0 ? { ...shim, detail } : shim));
}
