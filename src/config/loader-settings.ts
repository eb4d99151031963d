import { UsageError } from '../model/errors.ts';
import { OWN_LOADER } from '../model/guest-loader.ts';
import { option, phrase, setting } from '../model/wording.ts';
import { parseLoader, parseLoaders } from './loader-choice.ts';
import { quoted } from './words.ts';

/** What the object's own loader would do before the load, said on the command line or by the caller of the library. */
export interface LoaderSettings {
  /** Nothing is fixed and no setting is applied: the object is loaded as plain libbpf does. */
  readonly strictLibbpf: boolean;
  /** Values of global variables by `name`, `name.member` or `name[3]`. */
  readonly rodata: ReadonlyMap<string, string>;
  /** Attach targets by program: a function of the kernel, or `xdp:function` and `tc:function`. */
  readonly attachTargets: ReadonlyMap<string, string>;
  /** false: guests get no module of their kernel for what the object names of it. Default true. */
  readonly modules?: boolean;
  /** A file with BTF for kernels that have none, relative to the current directory. */
  readonly btf?: string;
  /** The library whose verdict decides: `ebpf-go`, `aya@0.13`. Default `libbpf`, which our validator has. */
  readonly loader?: string;
  /** Libraries that are run beside it and are non-blocking. Default none. */
  readonly loaders?: readonly string[];
}

export const NO_SETTINGS: LoaderSettings = { strictLibbpf: false, rodata: new Map(), attachTargets: new Map() };

/** How many values and targets may be set in one place. */
export const MAX_SETTINGS = 64;

/** What can be set and how it is written; `rule` follows "use". Patterns for names are shared with the manifest. */
export const VARIABLE = {
  pattern: /^[A-Za-z_][\w.$]*(?:\[\d{1,9}\]|\.[A-Za-z_]\w*)*$/,
  maxLength: 128,
  rule: 'the name of a global variable, name.member or name[3]',
} as const;
const PROGRAM = { pattern: /^[\w.]+$/, maxLength: 128, rule: 'the name of a program' } as const;
export const VALUE = {
  pattern: /^[^\u0000-\u001f\u007f]*$/,
  maxLength: 500,
  rule: 'one line of at most 500 bytes',
} as const;
export const TARGET = {
  pattern: /^(?:(?:xdp|tc):[A-Za-z_]\w*|[\w.*?/$-]+)$/,
  maxLength: 128,
  rule: 'a function of the kernel (vfs_read), category/name for a tracepoint, xdp:function or tc:function',
} as const;

type Word = typeof VARIABLE | typeof PROGRAM | typeof VALUE | typeof TARGET;

/** Whether `text` may be used as such a word. */
export function isWord(word: Word, text: string): boolean {
  return word.pattern.test(text) && new TextEncoder().encode(text).length <= word.maxLength;
}

function pairs(flag: keyof typeof EXAMPLES, texts: readonly string[], left: Word, right: Word): Map<string, string> {
  const found = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf('=');
    const [name, value] = at < 0 ? ['', ''] : [text.slice(0, at), text.slice(at + 1)];
    const problem = at < 0 ? 'has no "="' : isWord(left, name) ? undefined : `${quoted(name)} is not ${left.rule}`;
    const wrong = problem ?? (isWord(right, value) ? undefined : `${quoted(value)} is not ${right.rule}`);
    if (wrong !== undefined) {
      throw new UsageError(
        'flag_value',
        phrase`${option(flag)} ${quoted(text)}: ${wrong}; write ${setting(flag, EXAMPLES[flag])}`,
      );
    }
    if (found.has(name)) {
      throw new UsageError('flag_conflict', phrase`${option(flag)} sets ${quoted(name)} twice; remove one of them`);
    }
    found.set(name, value);
  }
  if (found.size > MAX_SETTINGS) {
    throw new UsageError(
      'flag_value',
      phrase`${option(flag)} is given ${found.size} times; at most ${MAX_SETTINGS} are taken`,
    );
  }
  return found;
}

const EXAMPLES = {
  'set-rodata': 'target_pid=1234',
  'set-attach-target': 'on_read=vfs_read',
} as const;

/**
 * The settings of the flags `--set-rodata`, `--set-attach-target`, `--strict-libbpf`, `--no-modules`, `--btf`,
 * `--loader` and `--loaders`.
 * @param texts as typed: `name=value`
 * @throws UsageError `flag_value` or `flag_conflict` that names the flag
 */
export function readLoaderSettings(texts: {
  readonly setRodata: readonly string[];
  readonly setAttachTarget: readonly string[];
  readonly strictLibbpf: boolean;
  readonly noModules?: boolean;
  readonly btf?: string;
  readonly loader?: string;
  readonly loaders?: readonly string[];
}): LoaderSettings {
  const rodata = pairs('set-rodata', texts.setRodata, VARIABLE, VALUE);
  const attachTargets = pairs('set-attach-target', texts.setAttachTarget, PROGRAM, TARGET);
  const set = rodata.size > 0 ? 'set-rodata' : attachTargets.size > 0 ? 'set-attach-target' : undefined;
  if (texts.strictLibbpf && set !== undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('strict-libbpf')} changes nothing before the load, ${option(set)} does; remove one of them`,
    );
  }
  const decides = checkLoaders(texts, set);
  return {
    ...decides,
    ...{ strictLibbpf: texts.strictLibbpf, rodata, attachTargets },
    ...(texts.noModules === true && { modules: false }),
    ...(texts.btf && { btf: texts.btf }),
  };
}

/** Settings of the load are libbpf's: another library loads the object as it is. */
function checkLoaders(
  texts: Parameters<typeof readLoaderSettings>[0],
  set: 'set-rodata' | 'set-attach-target' | undefined,
): Pick<LoaderSettings, 'loader' | 'loaders'> {
  const { loader = '', loaders = [], btf, strictLibbpf } = texts;
  const choice = loader === '' ? undefined : parseLoader(loader, 'loader');
  parseLoaders(loaders);
  const isOther = choice !== undefined && (choice.name !== OWN_LOADER || choice.version !== '');
  const lost = set ?? (btf ? 'btf' : strictLibbpf ? 'strict-libbpf' : undefined);
  if (isOther && lost !== undefined) {
    const words = phrase`${option(lost)} has no effect with ${setting('loader', loader)}, which loads the object as it is`;
    throw new UsageError('flag_conflict', phrase`${words}; remove one of them`);
  }
  return { ...(choice !== undefined && { loader }), ...(loaders.length > 0 && { loaders }) };
}
