import { UsageError } from '../model/errors.ts';
import { ID_PATTERN } from '../model/kernel.ts';
import { LOCAL_KERNEL_KEYS, type LocalKernel, localKernelWords } from '../model/local-kernel.ts';
import { option, phrase, setting, type Wording } from '../model/wording.ts';
import { didYouMean } from './near.ts';
import { quoted } from './words.ts';

function checkName(name: string | undefined, wrong: (why: string) => UsageError): void {
  if (name === undefined || ID_PATTERN.test(name)) return;
  throw wrong(`the name ${quoted(name)} is no id; use at most 64 letters, digits and "._-"`);
}

function wrong(text: string, why: Wording): UsageError {
  return new UsageError('flag_value', phrase`${option('kernel')} ${quoted(text)}: ${why}`);
}

function parseLocalKernel(text: string): LocalKernel {
  const { image, rest } = localKernelWords(text);
  if (image === '') throw wrong(text, phrase`it names no file; write ${setting('kernel', 'arch/x86/boot/bzImage')}`);
  const kernel: Record<string, string> = { image };
  for (const [key, value] of rest) {
    if (!LOCAL_KERNEL_KEYS.some((one) => one === key)) {
      throw wrong(
        text,
        `there is no ${quoted(key)}${didYouMean(key, LOCAL_KERNEL_KEYS) || '; there are modules, config and name'}`,
      );
    }
    if (kernel[key] !== undefined) throw wrong(text, `${key} is there twice; remove one`);
    if (value === '') throw wrong(text, `${key} is empty; write a value behind "${key}=" or leave it out`);
    kernel[key] = value;
  }
  const { name } = kernel;
  checkName(name, (why) => wrong(text, why));
  return { image, modules: kernel['modules'], config: kernel['config'], name };
}

/** The kernels that `--kernel` names. @throws UsageError `flag_value`, `flag_conflict` for one that is there twice */
export function parseLocalKernels(texts: readonly string[]): LocalKernel[] {
  const twice = texts.find((text, index) => texts.indexOf(text) !== index);
  if (twice !== undefined) {
    throw new UsageError('flag_conflict', phrase`${option('kernel')} ${twice} is given twice; remove one of them`);
  }
  return texts.map(parseLocalKernel);
}

/**
 * The same as a caller of the library hands them in; types say it, and not everybody has them.
 * @throws UsageError `invalid_option`
 */
export function checkLocalKernels(kernels: readonly LocalKernel[] = []): readonly LocalKernel[] {
  const known: readonly string[] = ['image', ...LOCAL_KERNEL_KEYS];
  for (const [index, kernel] of kernels.entries()) {
    const refuse = (why: string): UsageError => new UsageError('invalid_option', `localKernels[${index}]: ${why}`);
    const entries = Object.entries(kernel).filter(([, value]) => value !== undefined);
    const other = entries.find(([key, value]) => !known.includes(key) || typeof value !== 'string' || value === '');
    if (other !== undefined || !kernel.image) {
      throw refuse(
        `write { image: "arch/x86/boot/bzImage" }, and as texts what else is needed of ${known.slice(1).join(', ')}`,
      );
    }
    checkName(kernel.name, refuse);
  }
  return kernels;
}
