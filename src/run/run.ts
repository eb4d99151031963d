import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { acrossKernels } from '../classify/across.ts';
import { attachModeOf, strictNote, testsOf } from '../config/tuning.ts';
import { CancelledError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { RunReport } from '../model/report.ts';
import { planCells } from '../plan/plan.ts';
import { checkExpectedNames } from './expected-names.ts';
import type { RunServices } from './prepare-kernels.ts';
import { questionOf } from './question.ts';
import { kernelsOf, runQueue } from './queue.ts';
import { cellDir } from './run-cell.ts';
import type { RunConfig } from './run-config.ts';
import { makeRunId, timestamp } from './run-id.ts';
import { runVoice } from './run-notes.ts';
import { checkSettingFlags } from './setting-names.ts';
import { commandFacts } from './shipment.ts';
import { stagedName, stageInputs } from './stage-inputs.ts';
import {
  commandSubject,
  loadAmongOthers,
  loadForCommand,
  loadSubject,
  type Subject,
  withDistinctNames,
} from './subject.ts';

/**
 * Runs every artifact on every kernel of the matrix and resolves with all that was found.
 * A failing kernel, guest or download is a result, never an exception. Where `choose` leaves cells to other machines,
 * findings are as each kernel alone gave them.
 * @throws UsageError for artifacts that cannot be read; CancelledError when `signal` is aborted, with nothing left behind
 */
export async function runMatrix(
  config: RunConfig,
  services: RunServices,
  options: { readonly signal: AbortSignal; readonly onEvent: EventListener },
): Promise<RunReport> {
  const { host } = services;
  const { signal } = options;
  const started = host.monotonicMs();
  const startedAt = host.now();
  const voice = runVoice(options.onEvent);
  const read: Subject[] = [];
  const { command, assets = [] } = config.shipment ?? {};
  const load = command !== undefined ? loadForCommand : config.artifacts.length > 1 ? loadAmongOthers : loadSubject;
  for (const input of config.artifacts) read.push(await load(host, input));
  if (command !== undefined && read.length === 0) read.push(commandSubject(command, config.commandName ?? ''));
  const subjects = withDistinctNames(read);
  const tests = testsOf(config.validationMode, config.manifest);
  for (const subject of subjects) if (command === undefined && !subject.unusable) checkExpectedNames(tests, subject);
  if (command === undefined) checkSettingFlags(config.loader, subjects);
  const artifacts = subjects.map(({ artifact }) => artifact);
  const runId = makeRunId(startedAt, randomBytes(3));
  const runDir = join(config.workdir, 'runs', runId);
  const cells = config.choose?.(artifacts) ?? planCells(artifacts, config.targets);
  const positions = subjects.map((_, index) =>
    cells.flatMap(({ artifact, target }) => (artifact === index ? target : [])),
  );
  const asked = positions.map((own) => own.flatMap((position) => config.targets[position] ?? []));
  const kernels = kernelsOf(asked.map((targets) => ({ targets })));
  voice.emit({
    type: 'run-start',
    runId,
    artifacts: artifacts.map(({ name }) => name),
    targets: kernels.map(({ profile }) => profile.id),
    cells: cells.length,
    ...(config.choose && {
      asks: kernels.map(({ profile }) => asked.flat().filter((target) => target.profile.id === profile.id).length),
    }),
  });
  const strict = strictNote(config.manifest, config.loader);
  if (strict !== undefined) voice.note(strict);
  for (const text of config.notes ?? []) voice.note(text);
  await stageInputs(host, runDir, subjects, config.shipment);
  try {
    await host.files.makeDir(join(runDir, 'targets'));
    const cases = subjects.map((subject, index) => ({
      subject,
      question: questionOf(config, subject, subjects),
      targets: asked[index] ?? [],
      limit: config.concurrency,
      cellDir: (profileId: string): string =>
        cellDir(runDir, profileId, subjects.length > 1 ? stagedName(subject.artifact, index) : undefined),
    }));
    const ended = await runQueue(cases, services, {
      signal,
      concurrency: config.concurrency,
      logDir: join(runDir, 'logs'),
      voice,
    });
    const results = ended.flatMap((own, artifact) =>
      (own ?? []).map((result) => ({
        ...result,
        cell: { artifact, target: positions[artifact]?.[result.cell.target] ?? 0 },
      })),
    );
    return {
      runId,
      startedAt: timestamp(startedAt),
      finishedAt: timestamp(host.now()),
      artifacts,
      matrix: config.matrix,
      targets: config.targets,
      validationMode: config.validationMode ?? '',
      attachMode: command === undefined ? attachModeOf(config.validationMode, config.manifest) : 'disabled',
      flags: config.flags ?? [],
      ...(command && { command: commandFacts(command) }),
      ...(assets.length > 0 && { assets }),
      results: config.choose ? results : acrossKernels(results),
      validator: services.validator,
      notes: voice.notes,
      runDir,
      durationMs: host.monotonicMs() - started,
    };
  } catch (error) {
    await host.files.remove(runDir);
    throw signal.aborted ? new CancelledError('cancelled', { cause: error }) : error;
  }
}
