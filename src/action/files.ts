import type { OutputName } from '../config/action-inputs.ts';
import { messageOf } from '../model/errors.ts';
import { say } from './commands.ts';
import type { Env } from './runner.ts';

/** Values of outputs; what is left out stays as it was. */
export type Outputs = Partial<Record<OutputName, string | number | boolean>>;

/** Sets outputs of the step; of a name that is set twice the last counts. Never throws. */
export async function setOutputs(env: Env, outputs: Outputs): Promise<void> {
  if ((env['GITHUB_OUTPUT'] ?? '') === '') return;
  try {
    const { setOutput } = await import('./clients.ts');
    for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
  } catch (error) {
    say(`the outputs cannot be written: ${messageOf(error)}`);
  }
}
