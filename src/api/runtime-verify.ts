import { resolve } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { sha256 } from '../runtime/canonical.ts';
import { artifactOf, kernelOf } from '../runtime/statement.ts';
import { bundlesAt, maxObjectBytes } from '../runtime/store.ts';
import { verifyEvidence } from '../runtime/verify-evidence.ts';
import { type EvidencePlace, loadBelief } from './runtime-select.ts';
import { environmentOf } from './services.ts';

export interface VerifyEvidenceOptions extends EvidencePlace {
  readonly bundles: readonly string[];
  /** The object that the evidence must be about; both empty: any. */
  readonly artifact: string;
  readonly sha256: string;
}

/** What became of one bundle. */
export interface VerifiedRow {
  readonly path: string;
  readonly bundle_sha256: string;
  readonly verified: boolean;
  /** Why not. */
  readonly code?: string;
  readonly detail?: string;
  readonly signer?: string;
  readonly artifact_sha256?: string;
  readonly result?: string;
  readonly kernel_release?: string;
}

/** Verifies bundles, each by all steps of docs/runtime.md. @throws UsageError for files that are not there */
export async function verifyBundles(options: VerifyEvidenceOptions): Promise<readonly VerifiedRow[]> {
  const { host, cwd } = environmentOf(options);
  const { trust, index } = await loadBelief(options);
  const artifact = options.artifact === '' ? '' : resolve(cwd, options.artifact);
  const subject =
    artifact === '' ? options.sha256 || undefined : sha256(await host.files.read(artifact, maxObjectBytes(host)));
  const rows: VerifiedRow[] = [];
  for (const place of options.bundles) {
    const path = resolve(cwd, place);
    if ((await host.files.stat(path)) === undefined)
      throw new UsageError('bundle_unreadable', `${path}: there is no such file; name a bundle (*.sigstore.json)`);
    const bundles = await bundlesAt(host, path);
    if (bundles.length === 0)
      throw new UsageError(
        'bundle_unreadable',
        `${path}: no bundle is in it; name a directory of *.sigstore.json files`,
      );
    for (const bundle of bundles) {
      const read = verifyEvidence(bundle.bytes, { trust, index, now: host.now(), subject });
      const base = { path: bundle.path, bundle_sha256: bundle.sha256, verified: read.ok };
      if (!read.ok) {
        rows.push({ ...base, code: read.code, detail: read.detail });
        continue;
      }
      const { value, signer } = read.document;
      const { result } = value.predicate;
      const release = kernelOf(value)?.release ?? '';
      rows.push({ ...base, signer, artifact_sha256: artifactOf(value), result, kernel_release: release });
    }
  }
  return rows;
}
