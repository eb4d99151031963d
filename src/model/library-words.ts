import type { OptionName } from '../config/options.ts';
import { FORMATS } from './formats.ts';
import type { Mention } from './wording.ts';

/** Options that the library has under another name, or as a part of another option. All others are called the same. */
const PROPERTIES: Readonly<Partial<Record<OptionName, string>>> = {
  artifact: 'artifacts',
  kernel: 'localKernels',
  'validation-mode': 'mode',
  workdir: 'workDir',
  timeout: 'timeoutMs',
  'target-time': 'targetMs',
  'set-rodata': 'loader.rodata',
  'set-attach-target': 'loader.attachTargets',
  'strict-libbpf': 'loader.strictLibbpf',
  'no-modules': 'loader.modules: false',
  btf: 'loader.btf',
  loader: 'loader.loader',
  loaders: 'loader.loaders',
  command: 'command.command',
  'command-binary': 'command.binary',
  'command-expect-exit': 'command.expectExitCode',
  locked: 'lock: "require"',
  'no-lock': 'lock: "ignore"',
  'fail-on-regression': 'failOn: "regression"',
  in: 'inputs',
  'base-report': 'base',
  'head-report': 'head',
  'base-version': 'history.baseVersion',
  'head-version': 'history.headVersion',
};

/** Options that mean one thing where others mean several. */
const SINGULAR: Readonly<Record<string, string>> = { artifact: 'artifact', kernel: 'kernel' };
const LISTS: readonly string[] = ['artifacts', 'kernels'];
const REPORT_FORMATS: ReadonlySet<string> = new Set(FORMATS.map(({ name }) => name));

function propertyOf({ option, command }: Mention): string {
  const one = command === 'explain' || command === 'bisect' ? SINGULAR[option] : undefined;
  const format = REPORT_FORMATS.has(option) ? `files.${option}` : undefined;
  return (
    one ?? format ?? PROPERTIES[option] ?? option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  );
}

/** The face of the library: the property of the options, and what to write there. */
export function inProperties(mention: Mention): string {
  const name = propertyOf(mention);
  if (mention.value === undefined) return name;
  const value = JSON.stringify(mention.value);
  return `${name}: ${LISTS.includes(name) ? `[${value}]` : value}`;
}
