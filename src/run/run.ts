import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { acrossKernels } from '../classify/across.ts';
import { classify } from '../classify/classify.ts';
import { consoleFindings } from '../classify/console.ts';
import { classifyCrash } from '../classify/crash.ts';
import { locateFindings } from '../classify/locate.ts';
import { attachModeOf, requiredPrograms, strictNote, testsOf, tuningLines } from '../config/tuning.ts';
import type { Host } from '../host/host.ts';
import type { Artifact, Cell, CellResult, Outcome, Target } from '../model/cell.ts';
import { CancelledError, messageOf, throwIfCancelled } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { RunReport } from '../model/report.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { predict } from '../object/predict.ts';
import { readObject } from '../object/read-object.ts';
import { planCells } from '../plan/plan.ts';
import { loadArtifact } from './load-artifact.ts';
import { affordableGuests } from './places.ts';
import { prepareKernels, RANKS, type RunServices } from './prepare-kernels.ts';
import { cellDir, runCell } from './run-cell.ts';
import type { RunConfig } from './run-config.ts';
import { makeRunId, timestamp } from './run-id.ts';
import { createSlots } from './slots.ts';
import { stagedName, stageInputs } from './stage-inputs.ts';

interface LoadedArtifact {
  readonly artifact: Artifact;
  readonly bytes: Uint8Array;
  /** undefined for a file that is no object. */
  readonly facts: ObjectFacts | undefined;
}

/**
 * Runs every artifact on every kernel of the matrix and resolves with all that was found.
 * A failing kernel, guest or download is a result, never an exception.
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
  const notes: string[] = [];
  const emit = guardListener(options.onEvent, notes);
  const note = (message: string): void => {
    if (notes.includes(message)) return;
    notes.push(message);
    emit({ type: 'note', message });
  };

  const loaded: LoadedArtifact[] = [];
  for (const input of config.artifacts) {
    const file = await loadArtifact(host, input.path, input.name);
    const facts = readObject(file.bytes);
    loaded.push({ ...file, facts: facts.ok ? facts : undefined });
  }
  const artifacts = loaded.map(({ artifact }) => artifact);
  const runId = makeRunId(startedAt, randomBytes(3));
  const runDir = join(config.workdir, 'runs', runId);
  const cells = planCells(artifacts, config.targets);
  emit({
    type: 'run-start',
    runId,
    artifacts: artifacts.map((a) => a.name),
    targets: config.targets.map((t) => t.profile.id),
    cells: cells.length,
  });

  const strict = strictNote(config.manifest, config.loader);
  if (strict !== undefined) note(strict);
  await stageInputs(host, runDir, loaded);
  await host.files.makeDir(join(runDir, 'targets'));
  const guests = await affordableGuests(host, config.concurrency, config.targets);
  if (guests.note !== undefined) note(guests.note);
  const slots = createSlots(guests.count, signal);
  const places = { slots, signal, logDir: join(runDir, 'logs') };
  const askedKernels = new Set<number>();
  await using prepared = prepareKernels(config.targets, services, places, emit, note);
  try {
    const results = await allOrFirstError(
      cells.map(async (cell) => {
        const kernel = await prepared.of(cell.target);
        const target = config.targets[cell.target] as Target;
        const subject = loaded[cell.artifact] as LoadedArtifact;
        if (!kernel.ok) return finish(emit, unaskedResult(cell, kernel.outcome, kernel.ms, host));
        const rank = askedKernels.has(cell.target) ? RANKS.cell : RANKS.firstCell;
        askedKernels.add(cell.target);
        return slots.use(rank, async () => {
          emit({ type: 'cell-start', artifact: cell.artifact, target: cell.target });
          const dir = cellDir(
            runDir,
            target.profile.id,
            loaded.length > 1 ? stagedName(subject.artifact, cell.artifact) : undefined,
          );
          await host.files.makeDir(dir);
          const job = { cell, target, dir, source: kernel.source, record: kernel.record, prepareMs: kernel.ms };
          const result = await runCell({ ...job, ...question(config, subject) }, host, signal, emit);
          const prediction = subject.facts && predict(subject.facts, kernel.record.release);
          return finish(emit, { ...result, prediction });
        });
      }),
    );
    throwIfCancelled(signal);
    const report: RunReport = {
      runId,
      startedAt: timestamp(startedAt),
      finishedAt: timestamp(host.now()),
      artifacts,
      matrix: config.matrix,
      targets: config.targets,
      validationMode: config.validationMode ?? '',
      attachMode: attachModeOf(config.validationMode, config.manifest),
      flags: config.flags ?? [],
      results: acrossKernels(results),
      validator: services.validator,
      notes,
      runDir,
      durationMs: host.monotonicMs() - started,
    };
    return report;
  } catch (error) {
    await host.files.remove(runDir);
    throw signal.aborted ? new CancelledError('cancelled', { cause: error }) : error;
  }
}

/** What every cell of one artifact asks, and how its answer is judged. */
function question(config: RunConfig, { artifact, bytes, facts }: LoadedArtifact) {
  const { manifest, validationMode } = config;
  const attachMode = attachModeOf(validationMode, manifest);
  const functionalTests = testsOf(validationMode, manifest);
  const maxInsns = config.maxInsns ?? manifest?.maxInsns;
  const programs = (manifest?.programs ?? []).map(({ name, section, attach }) => ({
    name,
    section,
    required: attach.required,
  }));
  return {
    request: {
      artifact: bytes,
      artifactName: artifact.basename,
      attachMode,
      probeFeatures: true,
      functionalTests,
      requiredPrograms: requiredPrograms(manifest),
      tuning: tuningLines(manifest, config.loader),
    },
    judge: (evidence: Evidence, console: string): Outcome => {
      const asked = { evidence, attachMode, programs, validationMode: validationMode ?? '', functionalTests, maxInsns };
      const outcome = withWarnings(classify(asked), consoleFindings(console));
      return facts ? locateFindings(outcome, evidence, facts) : outcome;
    },
    judgeCrash: classifyCrash,
  };
}

function withWarnings(outcome: Outcome, warnings: readonly Finding[]): Outcome {
  if (outcome.status !== 'pass' && outcome.status !== 'fail') return outcome;
  return { ...outcome, findings: [...outcome.findings, ...warnings] };
}

function finish(emit: EventListener, result: CellResult): CellResult {
  emit({ type: 'cell-end', artifact: result.cell.artifact, target: result.cell.target, result });
  return result;
}

function unaskedResult(cell: Cell, outcome: Outcome, prepareMs: number, host: Host): CellResult {
  const now = timestamp(host.now());
  return {
    cell,
    outcome,
    kernel: undefined,
    evidence: undefined,
    guest: undefined,
    timings: { prepareMs, bootMs: 0, askMs: 0, totalMs: 0 },
    startedAt: now,
    finishedAt: now,
    retriedAfter: undefined,
    dir: undefined,
  };
}

/** Like Promise.all, but waits until everything has stopped before it throws: nothing may go on behind our back. */
async function allOrFirstError<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** A listener that throws is reported once and then left out; it cannot break the run. */
function guardListener(listener: EventListener, notes: string[]): EventListener {
  let broken = false;
  return (event) => {
    if (broken) return;
    try {
      listener(event);
    } catch (error) {
      broken = true;
      notes.push(`an event listener failed and was switched off: ${messageOf(error)}`);
    }
  };
}
