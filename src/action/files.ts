import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { OutputName } from '../config/action-inputs.ts';
import { say } from './commands.ts';
import type { Env } from './runner.ts';

/** Values of outputs; what is left out stays as it was. */
export type Outputs = Partial<Record<OutputName, string | number | boolean>>;

/** Sets outputs of the step; of a name that is set twice the last counts. Never throws. */
export function setOutputs(env: Env, outputs: Outputs): void {
  const file = env['GITHUB_OUTPUT'] ?? '';
  if (file === '') return;
  const end = randomUUID();
  const lines = Object.entries(outputs).map(([name, value]) => `${name}<<${end}\n${value}\n${end}\n`);
  try {
    appendFileSync(file, lines.join(''));
  } catch (error) {
    say(`the outputs cannot be written: ${String(error)}`);
  }
}
