import { resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import type { ArtifactIndex } from '../runtime/artifact-index.ts';
import { type Audit, writeAudit } from '../runtime/audit.ts';
import { type Selection, selectionDocument } from '../runtime/decision.ts';
import { examine } from '../runtime/examine.ts';
import { examineLegacy, readLegacyRows } from '../runtime/legacy-history.ts';
import type { SelectPolicy } from '../runtime/load-limits.ts';
import { loadTrust } from '../runtime/load-trust.ts';
import { Probe, probeProblem } from '../runtime/probe.ts';
import { useIndex } from '../runtime/seen-index.ts';
import type { SelectRequest } from '../runtime/select.ts';
import { allBundles } from '../runtime/store.ts';
import type { Trust } from '../runtime/trust.ts';
import type { VerifyProblem } from '../runtime/verify.ts';
import { isImage, remoteBundles } from './runtime-oci.ts';
import { probeHost } from './runtime-probe.ts';
import { type Environment, environmentOf } from './services.ts';

/** Where evidence is, and whom to believe. */
export interface EvidencePlace extends Environment {
  readonly workdir: string;
  /** Empty: the file of BPFCOMPAT_TRUST_FILE, else the keys that this user signed with. */
  readonly trust: string;
  /** Empty: none. */
  readonly index: string;
  readonly evidence: readonly string[];
}

export interface SelectOptions extends EvidencePlace {
  readonly request: SelectRequest;
  readonly policy: SelectPolicy;
  /** File with a probe; empty: this machine. */
  readonly hostFile: string;
  /** A probe that was checked already; it goes before the file. */
  readonly probe?: Probe;
  /** Candidates to list; 0 = all. */
  readonly limit: number;
}

const MAX_PROBE = 1024 * 1024;

async function readProbe(host: Host, path: string): Promise<Probe> {
  const wrong = (why: string, cause?: unknown): UsageError =>
    new UsageError('probe_invalid', `${path}: ${why}; write one with "bpfcompat runtime probe"`, {
      cause,
    });
  if ((await host.files.stat(path)) === undefined) throw wrong('there is no such file');
  let probe: Probe;
  try {
    probe = Probe.parse(JSON.parse((await host.files.read(path, MAX_PROBE)).toString('utf8')));
  } catch (cause) {
    throw wrong('this is not a probe (runtime_probe.v0.1)', cause);
  }
  const problem = probeProblem(probe);
  if (problem !== '') throw wrong(problem);
  return probe;
}

/** Absolute; empty: the keys that this user signed with are believed. */
function trustFileOf(options: EvidencePlace): string {
  const { host, cwd } = environmentOf(options);
  const file = options.trust || (host.env['BPFCOMPAT_TRUST_FILE'] ?? '');
  return file === '' ? '' : resolve(cwd, file);
}

/** Trust and index as the options name them. */
export async function loadBelief(options: EvidencePlace): Promise<{
  readonly trust: Trust;
  readonly index: ArtifactIndex | VerifyProblem | undefined;
}> {
  const { host, cwd } = environmentOf(options);
  const workdir = resolve(cwd, options.workdir);
  const trust = await loadTrust(host, trustFileOf(options));
  if (options.index === '') {
    const none: VerifyProblem = {
      code: 'not_indexed',
      detail: 'the trust names who signs an index, and none was given',
    };
    return { trust, index: trust.keys.index.length > 0 ? none : undefined };
  }
  const used = await useIndex(host, { file: resolve(cwd, options.index), workdir, trust });
  return { trust, index: 'code' in used ? used : used.index };
}

/**
 * Decides which artifact fits a host, or that none does. Nothing is fetched and nothing is loaded.
 * @throws UsageError for files that are wrong; that none fits is a result
 */
export async function selectArtifact(options: SelectOptions): Promise<{ selection: Selection; probe: Probe }> {
  const { host, cwd } = environmentOf(options);
  const { trust, index } = await loadBelief(options);
  const probe =
    options.probe ??
    (options.hostFile === '' ? await probeHost(options) : await readProbe(host, resolve(cwd, options.hostFile)));
  const places = options.evidence.filter((place) => !isImage(place)).map((place) => resolve(cwd, place));
  const local = await allBundles(host, resolve(cwd, options.workdir), places);
  const known = new Set(local.map((one) => one.sha256));
  const remote = (await remoteBundles(host, options.evidence)).filter((one) => !known.has(one.sha256));
  const bundles = [...local, ...remote];
  const { request, policy } = options;
  const context = { trust, index, now: host.now() };
  const rows = await readLegacyRows(host, resolve(cwd, options.workdir), trust, trustFileOf(options));
  const examined = [
    ...(await examine(bundles, context, request.name)),
    ...examineLegacy(rows, { probe, name: request.name, context }),
  ];
  const current = index === undefined || 'code' in index ? undefined : index;
  const selection = selectionDocument({ request, probe, trust, policy, examined }, current, options.limit);
  return { selection, probe };
}

export type SelectResult = { readonly selection: Selection; readonly host_probe: Probe } & Audit;

/** The same, with the decision written down in the work directory. */
export async function selectAudited(options: SelectOptions): Promise<SelectResult> {
  const { host, cwd } = environmentOf(options);
  const { selection, probe } = await selectArtifact(options);
  const status = selection.selected === undefined ? 'none' : 'pass';
  const entry = { operation: 'select', status, selection, probe } as const;
  return { selection, host_probe: probe, ...(await writeAudit(host, resolve(cwd, options.workdir), entry)) };
}
