import type { Facts, Words } from './entry.ts';
import { BUILD, builtWithout } from './kernel-build.ts';
import { arg, here } from './writer.ts';

/** Types for the values that options have. */
const DECLARE: Readonly<Record<string, string>> = {
  integer: 'a number: extern int NAME __kconfig (or a wider one)',
  string: 'a string: extern char NAME[N] __kconfig',
  bool: 'yes, no or module: extern bool NAME __kconfig, or enum libbpf_tristate',
};

const ARGS = ['symbol', 'module', 'value', 'kind', 'bytes', ...BUILD] as const;
const REASONS = ['kconfig', 'not_set', 'no_config', 'type', 'range'] as const;

function kconfigWords(f: Facts<(typeof ARGS)[number], (typeof REASONS)[number]>): Words {
  const { reason, value = 'something else' } = f.args;
  if (f.subject === undefined) {
    return {
      title: "the kernel's configuration cannot be read",
      explanation: 'The object has __kconfig externs, and the guest has neither /proc/config.gz nor /boot/config.',
      remediation: 'Declare the externs __weak, or use a kernel that ships its configuration.',
    };
  }
  if (reason === 'type' || reason === 'range') {
    const expected = reason === 'range' ? DECLARE['integer'] : DECLARE[arg(f, 'kind', '')];
    return {
      title: `${f.subject} is ${value} on this kernel, which does not fit the type that the object gives it`,
      explanation:
        'The option is there. libbpf writes its value into the variable, and the type of that is another one.',
      remediation: `Declare it as what it is, ${(expected ?? 'the type of its value').replace('NAME', f.subject)}.`,
    };
  }
  return {
    title: `${f.subject} is not set ${here(f)}`,
    explanation: `The object declares it as a strong __kconfig extern. ${builtWithout(f)}`.trim(),
    remediation: 'Declare it __weak and handle the value 0.',
  };
}

/** Options of the kernel that an object requests. */
export const KCONFIG = { args: ARGS, reasons: REASONS, words: kconfigWords };
