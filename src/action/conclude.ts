import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildInfo } from '../api/build-info.ts';
import { loadDocument } from '../api/report-document.ts';
import { messageOf } from '../model/errors.ts';
import { type EvidenceFormat, FORMATS } from '../model/formats.ts';
import { type CheckDocument, isCollection, withoutRuns } from '../report/document.ts';
import { documentCells, documentCounts } from '../report/document-cells.ts';
import { artifactName } from './artifact-name.ts';
import { endGroup, failed, group, say } from './commands.ts';
import type { Ended } from './ended.ts';
import { gatherEvidence, safeName } from './evidence.ts';
import { setOutputs } from './files.ts';
import { writeFormats } from './formats.ts';
import { annotate, publishComment, publishSummary, SUMMARY, verdictText, writeSummary } from './publish.ts';
import { type Redact, redacted, redactedFile, redactor } from './redact.ts';
import { runUrl } from './runner.ts';
import { appendSummary } from './summary.ts';
import { uploadEvidence } from './upload.ts';

function aboutJob({ env, runner, accel }: Ended): Record<string, unknown> {
  return {
    created_at: new Date().toISOString(),
    tools: {
      bpfcompat: buildInfo.version,
      action_ref: env['GITHUB_ACTION_REF'] ?? '',
      node: process.versions.node,
      accelerator: accel,
    },
    job: {
      repository: runner.repository,
      ref: runner.ref,
      sha: runner.sha,
      run_id: runner.runId,
      run_attempt: runner.attempt,
      url: runUrl(runner),
    },
  };
}

function kernelFacts(document: CheckDocument): Record<string, unknown>[] {
  const seen = new Map<string, Record<string, unknown>>();
  for (const { target } of documentCells(document)) {
    if (seen.has(target.profile_id)) continue;
    const { kernel_package: pkg, guest, host } = target;
    seen.set(target.profile_id, {
      profile: target.profile_id,
      kernel: host?.kernel ?? '',
      package: pkg ? `${pkg.name} ${pkg.version}` : '',
      qemu: guest?.qemu_version ?? '',
    });
  }
  return [...seen.values()];
}

/** Pipes and devices take reports too, and give none back. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Others see paths from the root of the repository on. */
function redactorOf({ env, runner }: Ended): Redact {
  return redactor([
    [runner.workspace, ''],
    [runner.temp, '$RUNNER_TEMP'],
    [env['HOME'] || homedir(), '~'],
  ]);
}

/** Copies the reports that the run wrote into the bundle. */
function copyReports(dir: string, { job }: Ended, document: CheckDocument, redact: Redact): void {
  const cases = isCollection(document) ? document.cases : [];
  const included: (readonly [string, string])[] = [
    [job.json, 'report.json'],
    [job.markdown, 'report.md'],
    ...cases.map(({ json }, index) => [json, join('cases', `${index + 1}.json`)] as const),
  ];
  mkdirSync(join(dir, 'cases'), { recursive: true });
  for (const [path, name] of included) {
    if (path === '' || !isFile(path)) continue;
    writeFileSync(join(dir, name), redactedFile(name, readFileSync(path, 'utf8'), redact));
  }
}

function reportOutputs(ended: Ended, paths: Record<EvidenceFormat, string>) {
  const { job } = ended;
  const own = (format: EvidenceFormat): string => {
    const path = job.input(format);
    return path === '' ? paths[format] : resolve(ended.runner.workspace, path);
  };
  return {
    'report-json': job.json,
    'report-markdown': job.markdown,
    ...(Object.fromEntries(
      FORMATS.flatMap(({ name, output }) => (output === undefined ? [] : [[`report-${name}`, own(name)]])),
    ) as Record<`report-${EvidenceFormat}`, string>),
  };
}

async function bundle(ended: Ended, document: CheckDocument, root: string, redact: Redact) {
  const { job, runner, env } = ended;
  const { files } = await gatherEvidence({
    root,
    cells: documentCells(document),
    workspace: runner.workspace,
    ownRun: job.command !== 'merge',
    redact,
    about: { ...aboutJob(ended), kernels: kernelFacts(document), status: document.status, exit_code: ended.exitCode },
  });
  if (!job.settings.uploadEvidence) return undefined;
  const shard = job.input('shard').replace('/', '-of-');
  const parts = [isCollection(document) && job.command !== 'test' ? safeName(document.name) : '', shard];
  const name = artifactName(job.settings.evidenceName, parts, runner);
  group('Upload the evidence');
  try {
    return await uploadEvidence({ name, files, root, retentionDays: job.settings.retentionDays }, env, runner);
  } finally {
    endGroup();
  }
}

/**
 * The document of a run of the user's own program (input `binary`): another process, which hands over a file and nothing
 * else. undefined, with everything reported, when there is none.
 */
async function readDocument({ job, runner, env, exitCode }: Ended): Promise<CheckDocument | undefined> {
  try {
    return await loadDocument(job.json, { env, cwd: runner.workspace });
  } catch (error) {
    await appendSummary(
      runner,
      '## ⚠️ bpfcompat: no report\n\nThe run wrote no report; the log of the step says why.\n',
    );
    failed(`bpfcompat ended with exit code ${exitCode} and there is no report to read: ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * Publishes what came out: evidence first, so that the summary can link to it, outputs before the step fails.
 * A part that breaks costs the others nothing.
 */
export async function conclude(ended: Ended): Promise<void> {
  const { env, job, exitCode, kernels, accel, scratch } = ended;
  if (job.command === 'plan') {
    await setOutputs(env, {
      result: exitCode === 0 ? 'pass' : 'error',
      'exit-code': exitCode,
      matrix: ended.printed.trim(),
    });
    if (exitCode !== 0) failed('the plan could not be made; the log says why');
    return;
  }
  const found = ended.document ?? (await readDocument(ended));
  if (found === undefined) return;
  const redact = redactorOf(ended);
  const document = redacted(withoutRuns(found), redact);
  const counts = documentCounts(document);
  const root = join(scratch, 'evidence');
  const reports = join(root, 'reports');
  copyReports(reports, ended, found, redact);
  // In the bundle without the link to itself.
  writeSummary(document, ended, undefined, join(reports, SUMMARY));
  const paths = writeFormats(reports, document, ended.runner.workspace);
  await setOutputs(env, {
    result: document.status,
    'exit-code': exitCode,
    total: counts.total,
    passed: counts.passed,
    failed: counts.failed,
    skipped: counts.skipped,
    errored: counts.errored,
    regressions: counts.regressions,
    ...reportOutputs(ended, paths),
    'cache-hit': kernels.missing.length === 0 && kernels.restored.length + kernels.present.length > 0,
    'cached-kernels': kernels.restored.length,
    accelerator: accel,
  });
  const uploaded = await bundle(ended, found, root, redact).catch((error: unknown) => {
    say(`the evidence could not be collected: ${messageOf(error)}`);
    return undefined;
  });
  await setOutputs(env, { 'artifact-id': uploaded?.id ?? '', 'artifact-url': uploaded?.url ?? '' });
  const summary = await publishSummary(document, ended, uploaded, reports);
  await setOutputs(env, {
    'summary-file': summary,
    'comment-file': await publishComment(document, ended, uploaded, reports),
  });
  annotate(document, ended);
  if (exitCode === 0) return;
  failed(verdictText(document, counts));
  process.exitCode = exitCode;
}
