import type { Hello } from '../model/evidence.ts';
import type { Profile, TestedKernel } from '../model/kernel.ts';
import { compareKernels, kernelNumber } from '../model/kernel-range.ts';

/**
 * Why a kernel is not that of its profile; undefined when it is one. The guest must report
 * this record's release (`openGuest`), so that no boot is needed to know it. A family that is not a number promises nothing.
 */
export function wrongKernel(
  { id, kernelFamily, file, exactly }: Profile,
  { release, package: from }: TestedKernel,
): string | undefined {
  if (exactly !== undefined && exactly.release !== release) {
    return `profile ${id} names kernel ${exactly.release}, but its package ${from.name} is ${release}; correct install_kernel or the kernel block in ${file}`;
  }
  const family = kernelNumber(kernelFamily);
  const number = kernelNumber(release);
  if (family === undefined || (number !== undefined && compareKernels(family, number) === 0)) return undefined;
  return (
    `profile ${id} says kernel_family ${kernelFamily}, but its kernel is ${release} (package ${from.name}), which is not ` +
    `${kernelFamily}; correct kernel_family or the kernel block in ${file}`
  );
}

/** Words whose effect the guest can see. */
const SHOWN: ReadonlySet<string> = new Set(['lockdown', 'lsm']);

/** The level in force, or the list of modules, as the guest's security file system has it. */
function inForce(word: string, { facts }: Hello): string {
  return word === 'lockdown' ? (/\[(\w+)\]/.exec(facts.lockdown ?? '')?.[1] ?? '') : (facts.lsm ?? '');
}

/** What a profile says of the command line of its kernel and its guest does not have; undefined when it has all. A verdict about it would be one about another. */
export function unheardArgs(
  { kernelArgs = [], firecracker }: Pick<Profile, 'kernelArgs' | 'firecracker'>,
  hello: Hello,
): string | undefined {
  const said = [
    ...kernelArgs.map((arg) => ['boot.kernel_args', arg] as const),
    ...(firecracker?.bootArgs ?? []).map((arg) => ['firecracker.boot_args', arg] as const),
  ];
  for (const [key, arg] of said) {
    const [word = '', value = ''] = arg.split('=');
    if (!SHOWN.has(word)) continue;
    const has = inForce(word, hello);
    const missing = word === 'lockdown' ? has !== value : value.split(',').some((one) => !has.split(',').includes(one));
    if (missing) return `${key} has ${arg}, but in the guest ${word} is ${has === '' ? 'not there' : has}`;
  }
  return undefined;
}

/** Why a guest runs another build than the stored image, although of the same release; undefined where nothing shows that. */
export function otherBuild(
  { buildId, release }: Pick<TestedKernel, 'buildId' | 'release'>,
  { facts }: Hello,
): string | undefined {
  const own = facts.build_id ?? '';
  if (buildId === undefined || own === '' || own === buildId) return undefined;
  return `the guest runs another build of kernel ${release}: its build id is ${own}, that of the stored image ${buildId}`;
}
