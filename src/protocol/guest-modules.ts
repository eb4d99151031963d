import { UsageError } from '../model/errors.ts';
import { type GuestModule, moduleLimitProblem } from '../model/guest-module.ts';

const NAME = /^[A-Za-z0-9_-]{1,63}$/;

/** Lines of a request that announce modules, in the order in which they are inserted. @throws UsageError beyond the limits */
export function moduleLines(modules: readonly GuestModule[]): string[] {
  const odd = modules.find(({ name, bytes }) => !NAME.test(name) || bytes.length === 0);
  const problem =
    odd === undefined
      ? moduleLimitProblem(modules.map(({ name, bytes }) => ({ name, size: bytes.length })))
      : `${JSON.stringify(odd.name)} is not a module that can be sent`;
  if (problem !== undefined) throw new UsageError('bad_request_value', problem);
  return modules.map(({ name, bytes }) => `module=${bytes.length} ${name}`);
}
