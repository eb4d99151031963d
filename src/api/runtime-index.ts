import { dirname, resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import {
  type ArtifactIndex,
  type IndexedArtifact,
  indexStatement,
  isSignedIndex,
  readIndexUnverified,
} from '../runtime/artifact-index.ts';
import { IN_TOTO, MAX_BUNDLE_BYTES, signBundle } from '../runtime/envelope.ts';
import { chosenSigner } from '../runtime/key-file.ts';
import { artifactOf, type Statement } from '../runtime/statement.ts';
import { allBundles } from '../runtime/store.ts';
import type { SignedDocument } from '../runtime/verify.ts';
import { readBundle } from '../runtime/verify.ts';
import { authenticEvidence } from '../runtime/verify-evidence.ts';
import { type EvidencePlace, loadBelief } from './runtime-select.ts';
import { environmentOf } from './services.ts';

export interface WriteIndexOptions extends Omit<EvidencePlace, 'index'> {
  readonly name: string;
  readonly out: string;
  /** Empty: the program of the environment. */
  readonly key: string;
  readonly expiresMs: number;
  /** SHA-256 of an object, and the reason. */
  readonly withdraw: readonly (readonly [sha256: string, reason: string])[];
}

/** The index that lies where the new one goes: it is continued. */
async function previousIndex(
  host: Host,
  path: string,
): Promise<{ index: ArtifactIndex; bytes: Uint8Array } | undefined> {
  if ((await host.files.stat(path)) === undefined) return undefined;
  const bytes = await host.files.readHead(path, MAX_BUNDLE_BYTES + 1);
  const index = readIndexUnverified(bytes);
  if (index) return { index, bytes };
  throw new UsageError('index_invalid', `${path}: this is not an index; name another file for the new one`);
}

function artifactsOf(documents: readonly SignedDocument<Statement>[]): IndexedArtifact[] {
  const artifacts = new Map<string, IndexedArtifact>();
  for (const { value, bundleSha256 } of documents) {
    const { name, version = '', variant = '' } = value.predicate.bpfcompat;
    const sha256 = artifactOf(value);
    const key = JSON.stringify([name, version, variant, sha256]);
    const bundles = [...(artifacts.get(key)?.bundles ?? []), bundleSha256].sort();
    artifacts.set(key, { name, version, variant, sha256, bundles });
  }
  return [...artifacts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function withWithdrawals(
  artifacts: readonly IndexedArtifact[],
  previous: ArtifactIndex | undefined,
  withdraw: WriteIndexOptions['withdraw'],
  since: string,
): IndexedArtifact[] {
  const earlier = (previous?.artifacts ?? []).flatMap(({ sha256, withdrawn }) =>
    withdrawn ? [[sha256, withdrawn] as const] : [],
  );
  const now = withdraw.map(([sha256, reason]) => [sha256, { since, reason }] as const);
  // What was withdrawn once stays so.
  const all = new Map([...now, ...earlier]);
  const gone = [...all].filter(([sha256]) => !artifacts.some((one) => one.sha256 === sha256));
  return [
    ...artifacts.map((one) => ({ ...one, ...(all.has(one.sha256) && { withdrawn: all.get(one.sha256) }) })),
    ...gone.map(([sha256, withdrawn]) => ({
      name: 'withdrawn',
      version: '',
      variant: '',
      sha256,
      bundles: [],
      withdrawn,
    })),
  ];
}

/**
 * Writes a signed index of all evidence that the trust believes.
 * @throws UsageError where there is no such evidence, or for a file or key that does not fit
 */
export async function writeIndex(options: WriteIndexOptions): Promise<{ path: string; index: ArtifactIndex }> {
  const { host, cwd } = environmentOf(options);
  const workdir = resolve(cwd, options.workdir);
  const path = resolve(cwd, options.out);
  const sign = await chosenSigner(host, options.key === '' ? '' : resolve(cwd, options.key), workdir);
  const { trust } = await loadBelief({ ...options, index: '' });
  const bundles = await allBundles(
    host,
    workdir,
    options.evidence.map((one) => resolve(cwd, one)),
  );
  const now = host.now();
  const documents = bundles.flatMap(({ bytes, sha256 }) => {
    const read = authenticEvidence(readBundle(bytes, sha256), { trust, now, index: undefined });
    return read.ok ? [read.document] : [];
  });
  const previous = await previousIndex(host, path);
  const since = now.toISOString();
  const artifacts = withWithdrawals(artifactsOf(documents), previous?.index, options.withdraw, since);
  if (artifacts.length === 0)
    throw new UsageError(
      'no_evidence',
      `there is no evidence in ${workdir} that the trust believes; make some with "attest create"`,
    );
  const index: ArtifactIndex = {
    name: options.name,
    version: (previous?.index.version ?? 0) + 1,
    expires: new Date(now.getTime() + options.expiresMs).toISOString(),
    artifacts,
  };
  const { text, spki } = await signBundle(indexStatement(index), IN_TOTO, sign);
  // Its key is known now. What somebody else wrote there may lack what was withdrawn.
  if (previous && !isSignedIndex(previous.bytes, trust, [spki], now))
    throw new UsageError(
      'index_invalid',
      `${path}: neither this key nor an index key of the trust signed the index that is there; name another file for the new one, or put the right one back`,
    );
  await host.files.makeDir(dirname(path));
  await host.files.writeDurably(path, text);
  return { path, index };
}
