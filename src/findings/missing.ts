import { meantName } from '../model/meant-name.ts';
import { type Facts, ofReason, reasonsOf, type Words } from './entry.ts';
import { builtWithout, orBuiltWith } from './kernel-build.ts';
import { LOOKED_UP, type LookupReason } from './lookup.ts';
import { arg, notIn, sentence, since, who } from './writer.ts';

/** Kinds of targets that are no plain functions, by section name. */
const KINDS: readonly { readonly section: RegExp; readonly kind: string; readonly advice: string }[] = [
  {
    section: /^\??(?:tp_btf|tp|tracepoint|raw_tp|raw_tracepoint)\b/,
    kind: 'tracepoint',
    advice: 'Look for its new name under /sys/kernel/tracing/events, or use a kprobe on the kernels without it.',
  },
  {
    section: /^\??k(?:ret)?syscall\b/,
    kind: 'system call',
    advice: 'The kernel has no such system call, or not for this architecture: leave the program out there (autoload).',
  },
  {
    section: /^\??lsm/,
    kind: 'LSM hook',
    advice:
      'The hook was renamed, or the kernel was built without it: add a program for the hook that these kernels have.',
  },
  {
    section: /^\??iter/,
    kind: 'iterator',
    advice: 'The kernel is too old for it or was built without it: leave the program out there (autoload).',
  },
];

const FUNCTION_ADVICE =
  'The function was renamed, removed or inlined. Add a second program for the kernels without it (bpf_program__set_autoload), or hook a tracepoint, which is more stable.';

const ARGS = ['function', 'kind', 'file', ...LOOKED_UP] as const;

type MissingFacts<Reason extends string = string> = Facts<(typeof ARGS)[number], Reason>;

interface Diagnosis {
  readonly title: (name: string) => string;
  readonly why: string;
  readonly todo: string;
}

/** Why a module was not loaded for a name that it has, and what to do. */
const KEPT: Readonly<Record<string, (f: MissingFacts) => Pick<Diagnosis, 'why' | 'todo'>>> = {
  failed: (f) => ({
    why: `It was sent to the guest and is not there: ${arg(f, 'error', 'no reason is known')}.`,
    todo: 'Leave the program out where the module is absent (autoload).',
  }),
  forbidden: () => ({
    why: 'The manifest keeps the module, or one that it needs, out of the guest (modules.forbid).',
    todo: 'Take it out of modules.forbid, or leave the program out where the module is absent.',
  }),
  ambiguous: () => ({
    why: 'Each of these modules has one of this name, so none was loaded.',
    todo: 'Name the one that is meant in modules.load of the manifest.',
  }),
};

function keptWords(f: MissingFacts): Pick<Diagnosis, 'why' | 'todo'> {
  return (
    ofReason(f.args.kept, KEPT)?.(f) ?? {
      why: 'No module was loaded for it in this run.',
      todo: 'Load the module before the object, or leave the program out when it is absent.',
    }
  );
}

/** It was not found, and nothing more is known than the kind of the target. */
const unexplained = (): undefined => undefined;

/** What the lists of the guest say about a name that was not found, by the way it was looked up or by what they have instead. */
const MISSING = {
  no_address: unexplained,
  lsm_hook: unexplained,
  btf: unexplained,
  kprobe: unexplained,
  kprobe_multi: unexplained,
  tracepoint: unexplained,
  raw_tracepoint: unexplained,
  renamed_or_removed: unexplained,
  removed: unexplained,
  not_in_file: (f: MissingFacts): Diagnosis => ({
    title: (name) => `${arg(f, 'file', 'the file that it probes')} has no ${fileKind(f)} ${name}`,
    why: 'The file is in the guest, and libbpf did not find the name in it.',
    todo: 'Check the name against the file of the guest (nm, nm -D, readelf -n); a stripped file has only its dynamic symbols.',
  }),
  inlined: (): Diagnosis => ({
    title: (name) => `function ${name} was inlined by the compiler in this kernel`,
    why: 'Its types are there, its code is not: the compiler copied it into its callers.',
    todo: 'Hook a caller or a tracepoint.',
  }),
  compiler_transformed: (f: MissingFacts): Diagnosis => ({
    title: (name) =>
      `function ${name} exists in this kernel only as ${arg(f, 'variants', 'a variant of the compiler')}`,
    why: 'The compiler made it under another name and may have changed its arguments.',
    todo: 'Match the suffix in the loader and attach by that name, or hook a caller or a tracepoint.',
  }),
  not_in_btf: (): Diagnosis => ({
    title: (name) => `function ${name} is in this kernel, but not in its BTF`,
    why: 'BTF leaves out functions whose signature the compiler changed or that exist more than once.',
    todo: 'Use a kprobe for it, or hook a caller.',
  }),
  module_not_loaded: (f: MissingFacts): Diagnosis => ({
    title: (name) => `${name} belongs to module ${arg(f, 'module', 'of the kernel')}, which is not loaded`,
    ...keptWords(f),
  }),
  compiled_out: (f: MissingFacts): Diagnosis => ({
    title: (name) =>
      `${name} is not in this kernel, ${f.args.config_value === 'n' ? '' : 'most likely '}built without ${arg(f, 'config', 'it')}`,
    why: f.args.config_profile === undefined ? 'Nothing of its kind is there.' : builtWithout(f),
    todo: `Leave the program out on kernels without it (autoload).${orBuiltWith(f)}`,
  }),
  kernel_too_old: (f: MissingFacts): Diagnosis => ({
    title: (name) => `${name} is not in this kernel${since(f)}`,
    why: 'The kernel is older than it.',
    todo: 'Leave the program out there (autoload).',
  }),
  raw_category: (f: MissingFacts): Diagnosis => ({
    title: (name) => `there is no raw tracepoint ${name}: raw tracepoints are named without a category`,
    why: 'Categories are for the events in tracefs (SEC("tp/CATEGORY/NAME")).',
    todo: `Use SEC("${rawSection(f)}/${arg(f, 'function', 'NAME').replace(/^.*[:/]/, '')}").`,
  }),
  syscall_raw: (f: MissingFacts): Diagnosis => ({
    title: (name) => `there is no raw tracepoint ${name}: system calls have none of their own`,
    why: 'All of them go through the raw tracepoints sys_enter and sys_exit; only tracefs has an event for each.',
    todo: `Use SEC("tp/syscalls/${arg(f, 'function', 'NAME')}"), or SEC("${rawSection(f)}/${/^sys_exit/.test(arg(f, 'function', '')) ? 'sys_exit' : 'sys_enter'}") and compare the number of the system call.`,
  }),
  syscall_prefix: (f: MissingFacts): Diagnosis => ({
    title: (name) => `${name} has a prefix of the architecture in this kernel`,
    why: 'Entry functions of system calls are called __x64_sys_ or __arm64_sys_ since 4.17.',
    todo: `Use SEC("ksyscall/${syscallName(f)}"), which finds the right name.`,
  }),
} satisfies Readonly<Record<string, (f: MissingFacts) => Diagnosis | undefined>> &
  Readonly<Record<LookupReason, unknown>>;

type Reason = keyof typeof MISSING;

/** `openat` of `__x64_sys_openat`, however often the prefix is there. */
function syscallName(f: MissingFacts): string {
  return arg(f, 'function', 'NAME').replace(/^.*sys_/i, '') || 'NAME';
}

function rawSection(f: MissingFacts): string {
  return arg(f, 'section', 'raw_tp').replace(/^\?/, '').split('/')[0] ?? 'raw_tp';
}

function fileKind(f: MissingFacts): string {
  return /^\??usdt/.test(arg(f, 'section', '')) ? 'USDT probe' : 'symbol';
}

function kindOf(f: MissingFacts): (typeof KINDS)[number] | undefined {
  return KINDS.find(({ section }) => section.test(arg(f, 'section', '')));
}

/**
 * The name that was meant, where the target's is a slip of it: a name of this kernel few letters away, and no kernel of the
 * run has the other one. A name that some kernel has is none, however near another one is.
 */
function meant(f: MissingFacts, name: string): string | undefined {
  const { near = '', existsOn, lastGood, firstGood } = f.args;
  if ([existsOn, lastGood, firstGood].some((kernel) => kernel !== undefined)) return undefined;
  return meantName(
    name,
    near.split(', ').filter((other) => other !== ''),
  );
}

function missingWords(f: MissingFacts<Reason>): Words {
  const name = arg(f, 'function', arg(f, 'target', 'the attach target'));
  const known = ofReason(f.args.reason, MISSING)?.(f);
  const kind = kindOf(f)?.kind ?? 'function';
  const section = f.args.section === undefined ? '' : ` (${f.args.section})`;
  const place = f.args.reason === 'btf' ? 'BTF' : '';
  const right = known === undefined ? meant(f, name) : undefined;
  const suggestion = right === undefined ? '' : `Did you mean ${right}? If not: `;
  const advice = known?.todo ?? kindOf(f)?.advice ?? FUNCTION_ADVICE;
  return {
    title: known?.title(name) ?? notIn(f, `${kind} ${name}`, place),
    explanation: `${sentence(`${who(f)}${section} attaches to it.`)}${known === undefined ? '' : ` ${known.why}`}`,
    remediation: suggestion === '' ? advice : `${suggestion}${advice.charAt(0).toLowerCase()}${advice.slice(1)}`,
  };
}

/** A target that a load or an attach did not find. */
export const MISSING_TARGET = { args: ARGS, reasons: reasonsOf(MISSING), words: missingWords };
