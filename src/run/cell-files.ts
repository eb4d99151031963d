import { join } from 'node:path';
import type { StageSink } from '../guests/guest.ts';
import type { Host } from '../host/host.ts';
import { type Evidence, firstStage, type Hello, type Stage } from '../model/evidence.ts';
import { createSpill } from './spill.ts';
import { createStageMemory, WHOLE_BYTES } from './stage-memory.ts';

/** The evidence files of docs/evidence.md in the directory of a cell, written while its guest responds. */
export interface CellFiles extends StageSink {
  /** Writes what is not written yet. @throws a Node error when the files cannot be written */
  finish(evidence: Evidence): Promise<void>;
  /** No result came: files that were begun are ended, no others are made. Never throws. */
  abandon(): Promise<void>;
  /** Why the evidence that the cell is judged by is not all that was said; undefined when it is. */
  shortened(): string | undefined;
}

/** What libbpf said in one stage, under a heading; empty when nothing. */
function libbpfPart(stage: Stage): string {
  if (!('log' in stage) || stage.log === '') return '';
  const subject = stage.stage === 'program' ? ` ${stage.name}` : stage.stage === 'attach' ? ` ${stage.program}` : '';
  return `== ${stage.stage}${subject}\n${stage.log.trimEnd()}\n`;
}

/** Exit code the validator itself would have ended with: 0 pass, 2 fail, 1 when it did not come to an end. */
function exitCode(evidence: Evidence): number {
  const exit = firstStage(evidence, 'exit');
  return exit?.kind === 'exited' ? exit.code : 1;
}

/** @param dir directory of the cell; it exists */
export function openCellFiles({ files }: Host, dir: string, hello: Hello): CellFiles {
  const stages = createSpill(files, join(dir, 'stages.jsonl'));
  const libbpf = createSpill(files, join(dir, 'libbpf.log'));
  const memory = createStageMemory();
  let parts = 0;
  stages.add(`${JSON.stringify({ stage: 'hello', ...hello })}\n`);

  return {
    take(stage, line) {
      stages.add(line ?? `${JSON.stringify(stage)}\n`);
      const part = libbpfPart(stage);
      if (part !== '') libbpf.add(parts++ === 0 ? part : `\n${part}`);
      return memory.keep(stage);
    },
    room() {
      const waits = [stages.room(), libbpf.room()].filter((wait) => wait !== undefined);
      return waits.length === 0 ? undefined : Promise.all(waits).then(() => {});
    },
    async finish(evidence) {
      await Promise.all([
        stages.end(),
        files.writeAtomic(join(dir, 'validator-exit-code'), `${exitCode(evidence)}\n`),
        files.writeAtomic(join(dir, 'validator.stderr'), ''),
        libbpf.end(),
        ...(evidence.document === undefined
          ? []
          : [files.writeAtomic(join(dir, 'validator-result.json'), evidence.document)]),
      ]);
    },
    async abandon() {
      await Promise.all([stages.abandon(), libbpf.abandon()]);
    },
    shortened: () =>
      memory.shortened()
        ? `the guest said more than ${WHOLE_BYTES / 1024 / 1024} MiB about this target, and of the logs after that the ends were judged; ` +
          'stages.jsonl in its directory has all'
        : undefined,
  };
}
