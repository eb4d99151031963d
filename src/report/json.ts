import { words } from '../findings/words.ts';
import { type Evidence, firstStage } from '../model/evidence.ts';
import { isIdle } from '../model/finding.ts';
import type { CellBtf } from '../model/kernel-btf.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import { DEFAULT_TIMEOUT_MS } from '../model/run-defaults.ts';
import { suppliedBtfJson } from './btf.ts';
import { assetsJson, commandJson } from './command.ts';
import { baselineJson } from './compare-json.ts';
import { functionalJson } from './functional.ts';
import { gateJson } from './gate-json.ts';
import { evidenceJson, programJson } from './json-evidence.ts';
import { findingJson } from './json-finding.ts';
import { list, object, some } from './json-values.ts';
import { kernelIdentityJson } from './kernel-identity.ts';
import { loadersJson } from './loaders.ts';
import { modulesJson } from './modules.ts';
import { targetNotes } from './notes.ts';
import { predictionJson } from './prediction-json.ts';
import { shardJson } from './shard-json.ts';
import { shellWords } from './shell-words.ts';
import { supportJson, supportRange } from './support-range.ts';
import { timingsJson } from './timings-json.ts';
import { environmentJson, isComplete, runVerdict, targetVerdict } from './verdict-json.ts';
import { versionsJson } from './versions-json.ts';
import { type TargetView, targetViews } from './view.ts';

/** Where the reports of a run are written; they stand in the report themselves. */
export interface ReportPaths {
  readonly json: string;
  readonly markdown?: string;
}

function validationJson(run: RunReport, view: TargetView) {
  const { evidence, attach } = view;
  if (!evidence) return undefined;
  const open = firstStage(evidence, 'open');
  const failed = open?.status === 'fail' ? open : firstStage(evidence, 'load');
  return object({
    load_status: run.command === undefined ? view.load : 'skipped',
    load_error_code: some(failed?.errno),
    load_error: some(failed?.error),
    attach_mode: run.attachMode,
    attach_status: attach?.status,
    attach_reason: view.findings.find(isIdle)?.args['why'],
    attach_attempted: some(attach?.attempted),
    attach_passed: some(attach?.passed),
    attach_failed: some(attach?.failed),
  });
}

/** Additive: which kernel and which machine gave the result. */
function hostJson(view: TargetView) {
  const { result, target, evidence } = view;
  const { locked } = target.profile;
  const { kernel, guest } = result ?? {};
  const file = kernel?.package.files.find(({ name }) => name === kernel.package.name) ?? kernel?.package.files[0];
  return {
    kernel_package: kernel && {
      name: kernel.package.name,
      version: kernel.package.version,
      archive: kernel.package.archive,
      suite: some(kernel.package.suite),
      sha256: some(file?.sha256),
      signer: some(file?.signer ?? kernel.package.signer?.key),
      signer_owner: some(kernel.package.signer?.owner),
      url: some(file?.url),
      build_id: kernel.buildId ?? some(evidence?.hello.facts.build_id),
      btf_sha256: kernel.btfSha256,
      vmlinuz_sha256: kernel.vmlinuz?.sha256,
      config_sha256: kernel.config?.sha256,
      vouched_by: kernel.vouched.by,
      profile_file: kernel.vouched.file,
      locked: locked && kernel.package.name === locked.name && kernel.package.version === locked.version,
    },
    kernel_identity: kernelIdentityJson(view),
    guest: guest && {
      lane: guest.lane,
      isolation: guest.isolation,
      accel: guest.accel,
      accel_reason: guest.accelReason,
      machine: guest.machine,
      channel: guest.channel,
      cpu_model: guest.cpuModel,
      memory_mb: guest.memoryMb,
      qemu_version: guest.qemuVersion,
      sandbox_layers: guest.sandboxLayers,
    },
  };
}

function classificationJson({ outcome, primary }: TargetView) {
  if (outcome.status === 'skipped' && !outcome.otherShard) {
    return {
      classification_code: 'UNSUPPORTED_TRANSPORT',
      classification_confidence: 'high',
      classification_reason: outcome.reason,
    };
  }
  return {
    classification_code: primary?.rollup ?? (outcome.status === 'fail' ? 'UNKNOWN' : undefined),
    classification_confidence: primary?.confidence ?? (outcome.status === 'fail' ? 'low' : undefined),
    classification_reason: primary && words(primary).title,
  };
}

function failedStage({ outcome }: TargetView): string | undefined {
  switch (outcome.status) {
    case 'pass':
      return undefined;
    case 'fail':
      return outcome.failedStage;
    case 'inferred':
      return undefined;
    case 'skipped':
      return outcome.otherShard ? undefined : 'transport';
    case 'infra_error':
      return 'infra';
  }
}

function btfJson(evidence: Evidence, supplied: CellBtf | undefined) {
  const open = firstStage(evidence, 'open');
  return {
    kernel_btf_available: evidence.hello.btf.vmlinux,
    artifact_has_btf: open?.artifact_has_btf ?? false,
    artifact_has_btf_ext: open?.artifact_has_btf_ext ?? false,
    supplied: suppliedBtfJson(supplied),
  };
}

function targetJson(run: RunReport, view: TargetView) {
  const { target, result, outcome, evidence } = view;
  const { profile } = target;
  const about = {
    distro: some(profile.distro),
    version: some(profile.version),
    kernel_family: some(profile.kernelFamily),
  };
  const exit = evidence && firstStage(evidence, 'exit');
  const file = (name: string): string | undefined =>
    result?.dir === undefined || !evidence ? undefined : `${result.dir}/${name}`;
  return {
    profile_id: profile.id,
    required: target.required,
    status: outcome.status,
    verdict: targetVerdict(outcome),
    environment: environmentJson(view),
    profile: object({ ...about, kernel: some(result?.kernel?.release), arch: some(profile.arch) }),
    host: evidence && { ...about, kernel: evidence.hello.kernel.release, arch: evidence.hello.kernel.machine },
    validation: validationJson(run, view),
    functional: functionalJson(view),
    failed_stage: failedStage(view),
    btf: evidence && btfJson(evidence, result?.btf),
    ...classificationJson(view),
    started_at: some(result?.startedAt),
    finished_at: some(result?.finishedAt),
    duration_ms: some(Math.round(result?.timings.totalMs ?? 0)),
    timeout_ms: target.timeoutMs === DEFAULT_TIMEOUT_MS ? undefined : target.timeoutMs,
    vm_run_dir: some(result?.dir),
    qemu_command: result?.guest && some(shellWords(result.guest.argv)),
    serial_log: result?.dir === undefined ? undefined : `${result.dir}/serial.log`,
    validator_result: evidence?.document === undefined ? undefined : file('validator-result.json'),
    validator_exit: some(exit?.code),
    infra_error: outcome.status === 'infra_error' ? outcome.message : undefined,
    infra_cause: outcome.status === 'infra_error' ? outcome.cause : undefined,
    skipped_reason: outcome.status === 'skipped' ? outcome.reason : undefined,
    inference: outcome.status === 'inferred' ? outcome.inference : undefined,
    retried_after: some(result?.retriedAfter),
    notes: list(targetNotes(view)),
    automatic_fixups: some(view.fixups),
    modules: modulesJson(result?.modules),
    ...loadersJson(result),
    ...hostJson(view),
    timings: timingsJson(view),
    prediction: predictionJson(view),
    findings: list(view.findings.map(findingJson)),
    programs: list(view.programs.map(programJson)),
    ...evidenceJson(evidence, view.findings),
  };
}

/**
 * The report of one artifact, `schema_version` v0.1 (docs/report.md), as a value; keys that are undefined are not there.
 * @param verdict the gate's word about this artifact's results
 */
export function reportValue(run: RunReport, artifact: number, verdict: Verdict, paths: ReportPaths) {
  const subject = run.artifacts[artifact];
  if (!subject) throw new RangeError(`the run has no artifact number ${artifact}`);
  const baseline = run.baseline?.[artifact];
  const views = targetViews(run, artifact);
  return {
    schema_version: 'v0.1',
    run: {
      id: run.runId,
      started_at: run.startedAt,
      finished_at: run.finishedAt,
      flags: list(run.flags ?? []),
    },
    artifact: {
      path: subject.path,
      basename: subject.basename,
      sha256: some(subject.sha256),
      size_bytes: subject.sizeBytes,
      source: subject.source?.place,
      source_digest: subject.source?.digest,
      inside: some(subject.source?.inside ?? ''),
      altering_programs: subject.altering,
    },
    command: commandJson(run),
    assets: assetsJson(run),
    validator: { basename: run.validator.basename, sha256: run.validator.sha256, size_bytes: run.validator.sizeBytes },
    matrix: {
      path: run.matrix.path,
      name: some(run.matrix.name),
      profiles: run.targets.map(({ profile }) => profile.id),
    },
    targets: list(views.map((view) => targetJson(run, view))),
    support: supportJson(supportRange(views, run.known)),
    summary: {
      status: verdict.status,
      verdict: runVerdict(verdict.status),
      complete: isComplete(views),
      notes: list([...verdict.reasons, ...run.notes]),
    },
    gate: gateJson(run, artifact, verdict),
    baseline: baseline && baselineJson(baseline),
    versions: versionsJson(run, artifact),
    paths: { run_dir: run.runDir, json: paths.json, markdown: some(paths.markdown) },
    // A run with several objects has it in the document about all of them.
    shard: run.part && run.artifacts.length === 1 ? shardJson(run.part) : undefined,
  };
}

/** The same as text. */
export function reportJson(run: RunReport, artifact: number, verdict: Verdict, paths: ReportPaths): string {
  return `${JSON.stringify(reportValue(run, artifact, verdict, paths), null, 2)}\n`;
}
