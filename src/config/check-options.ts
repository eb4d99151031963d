import { UsageError } from '../model/errors.ts';
import { looksLikeKernel } from '../model/vendors.ts';
import { flag } from '../model/wording.ts';
import { choosesNone } from './kernel-choice.ts';
import { kernelRemedy } from './missing-option.ts';
import type { ValuesOf } from './options.ts';
import { checkTestOptions, type TestOptions } from './test-options.ts';
import { quoted } from './words.ts';

/** Flags of `test` that `check` does without. */
const LEFT_OUT = {
  artifactName: '',
  artifactVersion: '',
  artifactVariant: '',
  artifactUri: '',
  command: '',
  commandBinary: '',
  commandExpectExit: 0,
  diskResize: 0,
  keepVmOnFailure: false,
  runner: 'vm',
  shard: '',
  sample: false,
  facts: '',
  acceptInferred: false,
  unsafeAllowHostRunner: false,
} as const satisfies Partial<ValuesOf<'test'>>;

/** What a file is for that is not an object, by the end of its name. */
function otherUse(word: string): string | undefined {
  if (looksLikeKernel(word)) return kernelRemedy(word);
  if (/\.ya?ml$/i.test(word))
    return `a suite file is run by 'bpfcompat suite ${flag('suite')} ${word}', a manifest goes with ${flag('manifest')}`;
  if (/\.json$/i.test(word)) return `a report is shown by 'bpfcompat explain ${word}'`;
  if (/\.bpf\.c$/i.test(word)) return `compile it first: clang -O2 -g -target bpf -c ${word} -o my.bpf.o`;
  return undefined;
}

/** @throws UsageError `unexpected_argument` for what is certainly no object, with what to write instead */
export function rejectOtherWords(words: readonly string[]): void {
  for (const word of words) {
    const use = otherUse(word);
    if (use === undefined) continue;
    throw new UsageError('unexpected_argument', `${quoted(word)} is not a compiled object; ${use}`);
  }
}

/**
 * Checks the flags of `check`: those of `test`, with the quick kernels where none are chosen.
 * @param given names of the flags that were typed
 * @param words objects, directories and patterns
 * @throws UsageError that names the flag or word and the remedy
 */
export function checkCheckOptions(
  values: ValuesOf<'check'>,
  given: ReadonlySet<string>,
  words: readonly string[],
): TestOptions {
  const artifact = [...values.artifact, ...words];
  if (artifact.length === 0)
    throw new UsageError('missing_argument', "'check' needs an object; write bpfcompat check my.bpf.o");
  rejectOtherWords(artifact);
  const quick = values.quick || choosesNone(values);
  // JSON that is printed and written nowhere needs no Markdown beside it.
  const markdown = values.out === '-' && !given.has('markdown') ? '' : values.markdown;
  return checkTestOptions({ ...LEFT_OUT, ...values, artifact, quick, markdown }, given);
}
