import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { type Evidence, firstStage, type Stage } from '../model/evidence.ts';

function libbpfLog(stages: readonly Stage[]): string {
  const parts: string[] = [];
  for (const stage of stages) {
    if (!('log' in stage) || stage.log === '') continue;
    const subject = stage.stage === 'program' ? ` ${stage.name}` : stage.stage === 'attach' ? ` ${stage.program}` : '';
    parts.push(`== ${stage.stage}${subject}\n${stage.log.trimEnd()}\n`);
  }
  return parts.join('\n');
}

/** Exit code the validator itself would have ended with: 0 pass, 2 fail, 1 when it did not come to an end. */
function exitCode(evidence: Evidence): number {
  const exit = firstStage(evidence, 'exit');
  return exit?.kind === 'exited' ? exit.code : 1;
}

/** Writes the evidence files of contract section 5.5 into the directory of a cell. */
export async function writeCellFiles(host: Host, dir: string, evidence: Evidence): Promise<void> {
  const { files } = host;
  const stages = evidence.stages.map((stage) => `${JSON.stringify(stage)}\n`).join('');
  await Promise.all([
    files.writeAtomic(join(dir, 'stages.jsonl'), `${JSON.stringify({ stage: 'hello', ...evidence.hello })}\n${stages}`),
    files.writeAtomic(join(dir, 'validator-exit-code'), `${exitCode(evidence)}\n`),
    files.writeAtomic(join(dir, 'validator.stderr'), ''),
    files.writeAtomic(join(dir, 'libbpf.log'), libbpfLog(evidence.stages)),
    ...(evidence.document === undefined
      ? []
      : [files.writeAtomic(join(dir, 'validator-result.json'), evidence.document)]),
  ]);
}
