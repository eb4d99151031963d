import { resolve } from 'node:path';
import { HostError } from '../model/errors.ts';
import { type Audit, writeAudit } from '../runtime/audit.ts';
import type { Selection } from '../runtime/decision.ts';
import { fetchObject } from '../runtime/fetch-object.ts';
import type { Probe } from '../runtime/probe.ts';
import { blobPath, keepBlob } from '../runtime/store.ts';
import { isImage, remoteObject } from './runtime-oci.ts';
import { type SelectOptions, selectArtifact } from './runtime-select.ts';
import { environmentOf } from './services.ts';

export interface FetchArtifactOptions extends SelectOptions {
  readonly outDir: string;
  /** Files and directories that may hold the object. */
  readonly sources: readonly string[];
}

/** `runtime_fetch.v0.1` (docs/runtime.md). */
interface FetchedArtifact {
  readonly schema_version: 'runtime_fetch.v0.1';
  readonly artifact_name: string;
  readonly artifact_version: string;
  readonly artifact_variant?: string;
  readonly source_path: string;
  readonly output_path: string;
  readonly expected_sha256: string;
  readonly actual_sha256: string;
  readonly decision_id: string;
  readonly verified: true;
}

export type FetchResult = {
  readonly fetch: FetchedArtifact;
  readonly selection: Selection;
  readonly host_probe: Probe;
} & Audit;

/** The first reason of each candidate, for a message. */
export function reasonsOf({ candidates }: Selection): string {
  const codes = candidates.flatMap((one) => ('rejections' in one ? (one.rejections?.[0]?.code ?? []) : []));
  return codes.length === 0 ? 'there is no evidence of it' : [...new Set(codes)].join(', ');
}

/**
 * Selects an artifact and copies its verified bytes to the output directory.
 * @throws HostError `no_verified_candidate` where none may be used, and for bytes that are not those of the evidence
 */
export async function fetchArtifact(options: FetchArtifactOptions): Promise<FetchResult> {
  return fetchSelected(options, await selectArtifact(options));
}

/** The same for a selection that was made already. @throws as `fetchArtifact` */
export async function fetchSelected(
  options: FetchArtifactOptions,
  { selection, probe }: { readonly selection: Selection; readonly probe: Probe },
): Promise<FetchResult> {
  const { host, cwd } = environmentOf(options);
  const workdir = resolve(cwd, options.workdir);
  const { selected } = selection;
  const entry = { operation: 'fetch', selection, probe } as const;
  if (selected?.sha256 === undefined) {
    await writeAudit(host, workdir, { ...entry, status: 'none' });
    const reasons = reasonsOf(selection);
    throw new HostError(
      'no_verified_candidate',
      `no verified artifact ${options.request.name} for this host: ${reasons}`,
    );
  }
  const { sha256, artifact_version: version = '', artifact_variant: variant } = selected;
  const requested = { sha256, name: options.request.name, version, variant: variant ?? '' };
  const place = {
    workdir,
    sources: options.sources.filter((one) => !isImage(one)).map((one) => resolve(cwd, one)),
    outDir: resolve(cwd, options.outDir),
  };
  try {
    if ((await host.files.stat(blobPath(workdir, sha256))) === undefined) {
      const pulled = await remoteObject(host, options.sources, sha256);
      if (pulled) await keepBlob(host, workdir, pulled);
    }
    const { source, output } = await fetchObject(host, requested, place);
    const fetch: FetchedArtifact = {
      schema_version: 'runtime_fetch.v0.1',
      artifact_name: requested.name,
      artifact_version: version,
      ...(variant !== undefined && { artifact_variant: variant }),
      source_path: source,
      output_path: output,
      expected_sha256: sha256,
      actual_sha256: sha256,
      decision_id: selection.decision_id,
      verified: true,
    };
    const audit = await writeAudit(host, workdir, { ...entry, status: 'pass', more: { fetch } });
    return { fetch, selection, host_probe: probe, ...audit };
  } catch (error) {
    await writeAudit(host, workdir, { ...entry, status: 'error', more: { error: String(error) } });
    throw error;
  }
}
