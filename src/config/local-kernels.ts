import { UsageError } from '../model/errors.ts';
import { ID_PATTERN } from '../model/kernel.ts';
import {
  KEYS_OF_PLACE,
  LOCAL_KERNEL_KEYS,
  type LocalKernel,
  type LocalKernelPlace,
  localKernelWords,
  placeOfKernel,
} from '../model/local-kernel.ts';
import { option, phrase, setting, type Wording } from '../model/wording.ts';
import { didYouMean, enumerate } from './similar.ts';
import { quoted } from './words.ts';

function checkName(name: string | undefined, wrong: (why: string) => UsageError): void {
  if (name === undefined || ID_PATTERN.test(name)) return;
  throw wrong(`the name ${quoted(name)} is not an id; use at most 64 letters, digits and "._-"`);
}

function wrong(text: string, why: Wording): UsageError {
  return new UsageError('flag_value', phrase`${option('kernel')} ${quoted(text)}: ${why}`);
}

const PLACES: Readonly<Record<LocalKernelPlace, string>> = {
  file: 'a file',
  address: 'an address',
  image: 'a container image',
};

/** @param wrong makes the error */
function checkKeys(kernel: LocalKernel, wrong: (why: string) => UsageError): void {
  const place = placeOfKernel(kernel);
  const stray = LOCAL_KERNEL_KEYS.find((key) => kernel[key] !== undefined && !KEYS_OF_PLACE[place].includes(key));
  if (stray === undefined) return;
  const instead = stray === 'sha256' ? '; a digest is part of its name: HOST/NAME@sha256:DIGEST' : '; remove it';
  throw wrong(`${stray} does not go with ${PLACES[place]}${instead}`);
}

function parseLocalKernel(text: string): LocalKernel {
  const { image, rest } = localKernelWords(text);
  if (image === '') throw wrong(text, phrase`it names no file; write ${setting('kernel', 'arch/x86/boot/bzImage')}`);
  const kernel: Record<string, string> = { image };
  for (const [key, value] of rest) {
    if (!LOCAL_KERNEL_KEYS.some((one) => one === key)) {
      throw wrong(
        text,
        `there is no ${quoted(key)}${didYouMean(key, LOCAL_KERNEL_KEYS) || `; there are ${enumerate(LOCAL_KERNEL_KEYS, 'and')}`}`,
      );
    }
    if (kernel[key] !== undefined) throw wrong(text, `${key} is there twice; remove one`);
    if (value === '') throw wrong(text, `${key} is empty; write a value behind "${key}=" or leave it out`);
    kernel[key] = value;
  }
  const parsed: LocalKernel = { ...kernel, image };
  checkName(parsed.name, (why) => wrong(text, why));
  checkKeys(parsed, (why) => wrong(text, why));
  return parsed;
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
    const reject = (why: string): UsageError => new UsageError('invalid_option', `localKernels[${index}]: ${why}`);
    const entries = Object.entries(kernel).filter(([, value]) => value !== undefined);
    const other = entries.find(([key, value]) => !known.includes(key) || typeof value !== 'string' || value === '');
    if (other !== undefined || !kernel.image) {
      throw reject(
        `write { image: "arch/x86/boot/bzImage" }, and as texts what else is needed of ${known.slice(1).join(', ')}`,
      );
    }
    checkName(kernel.name, reject);
    checkKeys(kernel, reject);
  }
  return kernels;
}
