// What a decision costs without the start of a process: verifying one bundle, and selecting among many.

import { sha256 } from '../../src/runtime/canonical.ts';
import { selectionDocument } from '../../src/runtime/decision.ts';
import { examine } from '../../src/runtime/examine.ts';
import { NO_LIMITS } from '../../src/runtime/load-limits.ts';
import type { StoredBundle } from '../../src/runtime/store.ts';
import { verifyEvidence } from '../../src/runtime/verify-evidence.ts';
import {
  bundle,
  DEBIAN_12,
  NOW,
  probeOf,
  statement,
  testKey,
  trustedKey,
  trustOf,
} from '../../test/fixtures/runtime-lab.ts';

export interface RuntimeTimes {
  /** Milliseconds of each turn. */
  readonly verify: readonly number[];
  readonly examine: readonly number[];
  readonly select: readonly number[];
  /** Candidates that could be selected, and what was: that the work was done. */
  readonly accepted: number;
}

/** @param candidates bundles, half of them of the host's kernel */
export async function measureRuntime(candidates: number, turns: number): Promise<RuntimeTimes> {
  const key = testKey();
  const trust = trustOf({ evidence: [trustedKey('ci', key)] });
  const bundles: StoredBundle[] = [];
  for (let at = 0; at < candidates; at++) {
    const kernel =
      at % 2 === 0 ? DEBIAN_12 : { ...DEBIAN_12, build_id: sha256(`${at}`).slice(0, 40), release: `5.${at}.0-1-x` };
    bundles.push(
      await bundle(statement({ kernel, nonce: `${at}`, object: sha256(`${at}`), version: `1.${at}.0` }), key),
    );
  }
  const context = { trust, now: NOW, index: undefined };
  const request = { name: 'conn', version: '', variant: '', sha256: '', profile: '' };
  const probe = probeOf(DEBIAN_12);
  const times = { verify: [] as number[], examine: [] as number[], select: [] as number[] };
  let accepted = 0;
  const timed = <T>(into: number[], work: () => T): T => {
    const started = performance.now();
    const result = work();
    into.push(performance.now() - started);
    return result;
  };
  for (let turn = 0; turn < turns; turn++) {
    for (const { bytes } of bundles.slice(0, 50)) timed(times.verify, () => verifyEvidence(bytes, context));
    const started = performance.now();
    const examined = await examine(bundles, context, 'conn');
    times.examine.push(performance.now() - started);
    const input = { request, probe, trust, policy: NO_LIMITS, examined };
    accepted = timed(times.select, () => selectionDocument(input, undefined, 0)).candidates_accepted;
  }
  return { ...times, accepted };
}
