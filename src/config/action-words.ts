import { type Face, inFlags } from '../model/wording.ts';
import { ACTION_INPUTS, type ActionCommand } from './action-inputs.ts';

/** The face of a workflow: `input kernels`, and `kernels: lts` to write. What no input stands for is the flag. */
export function inInputs(command: ActionCommand): Face {
  const names = new Map(ACTION_INPUTS.map(({ name, flags }) => [flags[command] ?? '', name]));
  return (mention) => {
    const name = names.get(mention.option);
    if (name === undefined) return inFlags(mention);
    return mention.value === undefined ? `input ${name}` : `${name}: ${mention.value}`;
  };
}
