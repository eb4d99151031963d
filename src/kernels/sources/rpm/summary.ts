import { HostError } from '../../../model/errors.ts';

/** Failures after which the next place may do better. A bad signature is not one. */
export const ANOTHER_PLACE: ReadonlySet<string> = new Set([
  'mirror_unreachable',
  'not_there',
  'package_not_found',
  'wrong_digest',
  'bad_index',
]);

/** What to report when no place had it: that one lacks the package is more than that another cannot be reached. */
export function failureOf(failures: readonly HostError[]): HostError {
  const [only] = failures;
  if (only === undefined) return new HostError('mirror_unreachable', 'the kernel block names no place to search');
  const grave = ['package_not_found', 'wrong_digest', 'bad_index'];
  const graver = grave.map((code) => failures.find((one) => one.code === code)).find((one) => one !== undefined);
  const code = (graver ?? only).code;
  const words = failures.map(({ message }) => message).join('. ');
  const lost = failures.every((one) => one.code === 'mirror_unreachable');
  const remedy = lost
    ? '; check the network and its proxy (https_proxy), or name another place in the kernel block'
    : '';
  const options = { cause: graver ?? only };
  return new HostError(code === 'not_there' ? 'mirror_unreachable' : code, `${words}${remedy}`, options);
}
