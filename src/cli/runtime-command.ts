import { spawnSync } from 'node:child_process';
import { createEvidence } from '../api/runtime-attest.ts';
import { executeArtifact } from '../api/runtime-execute.ts';
import { fetchArtifact } from '../api/runtime-fetch.ts';
import { writeIndex } from '../api/runtime-index.ts';
import { pushArtifact } from '../api/runtime-oci.ts';
import { probeHost } from '../api/runtime-probe.ts';
import { selectAudited } from '../api/runtime-select.ts';
import { verifyBundles } from '../api/runtime-verify.ts';
import { workerProgram } from '../api/runtime-worker.ts';
import { environmentOf } from '../api/services.ts';
import { checkTrackPlaces } from '../api/track-places.ts';
import type { checkRuntimeExecuteOptions } from '../config/agent-options.ts';
import type { ValuesOf } from '../config/options.ts';
import type { AttestVerifyOptions } from '../config/runtime-options.ts';
import { EXPERIMENTAL } from '../model/experimental.ts';
import { printedJson, terminal } from '../report/escape.ts';
import { agentCommand } from './agent-command.ts';
import type { Io } from './io.ts';
import type { TrackCommand } from './run-command.ts';
import { saveJson } from './save-json.ts';
import { aroundOf, selectOptions } from './select-options.ts';

/** No verified candidate: a result, and neither a failure nor an error. */
const EXIT_NONE = 3;

/** Commands of the runtime track. Nothing of it is part of the Action. */
export async function runtimeTrackCommand(parsed: TrackCommand, io: Io): Promise<number> {
  io.err(`note: bpfcompat ${parsed.command} is ${EXPERIMENTAL}\n`);
  if ('options' in parsed) await checkTrackPlaces(parsed.options, aroundOf(io));
  switch (parsed.command) {
    case 'attest create':
      return attestCreate(parsed.options, io);
    case 'attest verify':
      return attestVerify(parsed.options, io);
    case 'attest index':
      return attestIndex(parsed.options, io);
    case 'runtime probe':
      return runtimeProbe(parsed.options, io);
    case 'runtime select':
      return runtimeSelect(parsed.options, io);
    case 'runtime fetch':
      return runtimeFetch(parsed.options, io);
    case 'runtime push':
      io.out(printedJson(await pushArtifact({ ...parsed.options, ...aroundOf(io) })));
      return 0;
    case 'runtime execute':
      return runtimeExecute(parsed.options, io);
    case 'runtime worker-execute':
      return passToWorker();
    default:
      return agentCommand(parsed, io);
  }
}

async function attestCreate(options: ValuesOf<'attest create'>, io: Io): Promise<number> {
  const { report: reports, artifactName: name, artifactVersion: version, artifactVariant: variant, ...rest } = options;
  const created = await createEvidence({ ...rest, reports, name, version, variant, ...aroundOf(io) });
  for (const { profile_id: id, skipped } of created.statements)
    if (skipped !== undefined) io.err(`note: no statement about ${terminal(id)}: ${terminal(skipped)}\n`);
  io.out(printedJson(created));
  return 0;
}

async function attestVerify(
  { bundles, json, digest: sha256, ...options }: AttestVerifyOptions,
  io: Io,
): Promise<number> {
  const rows = await verifyBundles({ ...options, bundles, sha256, evidence: [], ...aroundOf(io) });
  if (json) io.out(printedJson(rows));
  else
    for (const row of rows) {
      const what = row.verified
        ? `${row.result} on ${row.kernel_release}, ${row.artifact_sha256}, signed by ${row.signer}`
        : `${row.code}: ${row.detail}`;
      io.out(`${row.verified ? 'verified' : 'rejected'} ${terminal(row.path, 1000)}: ${terminal(what, 1000)}\n`);
    }
  return rows.length > 0 && rows.every(({ verified }) => verified) ? 0 : 1;
}

async function attestIndex(options: ValuesOf<'attest index'>, io: Io): Promise<number> {
  const withdraw = options.withdraw.map((one) => [one.slice(0, 64), one.slice(65)] as const);
  const { path, index } = await writeIndex({ ...options, name: options.indexName, withdraw, ...aroundOf(io) });
  const { name, version, expires, artifacts } = index;
  io.out(printedJson({ schema_version: 'attest_index.v0.1', path, name, version, expires, artifacts }));
  return 0;
}

async function runtimeProbe({ out }: ValuesOf<'runtime probe'>, io: Io): Promise<number> {
  const probe = await probeHost(aroundOf(io));
  await saveJson(io, out, probe);
  io.out(printedJson(probe));
  return 0;
}

/** Exit code 0: one was selected, 3: none may be used. */
async function runtimeSelect(values: ValuesOf<'runtime select'>, io: Io): Promise<number> {
  const outcome = await selectAudited({ ...selectOptions(values, values.host, io), limit: values.limit });
  await saveJson(io, values.out, outcome);
  io.out(printedJson(outcome));
  return outcome.selection.selected === undefined ? EXIT_NONE : 0;
}

async function runtimeFetch(values: ValuesOf<'runtime fetch'>, io: Io): Promise<number> {
  const { outDir, source: sources } = values;
  const fetched = await fetchArtifact({ ...selectOptions(values, values.host, io), limit: 0, outDir, sources });
  await saveJson(io, values.out, fetched);
  io.out(printedJson(fetched));
  return 0;
}

/** Exit code 0: the object loads here, 2: it does not, 1: that is not known. */
async function runtimeExecute(values: ReturnType<typeof checkRuntimeExecuteOptions>, io: Io): Promise<number> {
  const { outDir, source: sources, allowHostLoad, loadPolicy, manifest, attachMode, probeFeatures } = values;
  const { useSudo, sudoNonInteractive, validator, timeoutMs } = values;
  const load = {
    allowHostLoad,
    loadPolicy,
    manifest,
    attachMode,
    probeFeatures,
    useSudo,
    sudoNonInteractive,
    validator,
  };
  const outcome = await executeArtifact({
    ...selectOptions(values, '', io),
    limit: 0,
    outDir,
    sources,
    ...load,
    timeoutMs,
  });
  await saveJson(io, values.out, outcome);
  io.out(printedJson(outcome));
  return { pass: 0, fail: 2, error: 1 }[outcome.execution.status];
}

/** The worker is a program of its own: nothing here can load anything. */
function passToWorker(): number {
  const [program, ...args] = workerProgram(environmentOf({}).root);
  return spawnSync(program, args, { stdio: 'inherit' }).status ?? 1;
}
