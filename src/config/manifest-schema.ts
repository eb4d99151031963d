import * as z from 'zod';
import { FINDING_CODES } from '../findings/findings.ts';
import type { InsnBudget } from '../model/budget.ts';
import { FAIL_ON } from '../model/gate.ts';
import { ID_PATTERN } from '../model/kernel.ts';
import {
  exactKernelNumber,
  type KernelNumber,
  type KernelRange,
  parseKernelRange,
  RANGE_RULE,
} from '../model/kernel-range.ts';
import { assetList } from './assets.ts';
import { checkTest, TestExpect } from './expect-schema.ts';
import { BUDGET_RULE, parseBudget } from './insn-budget.ts';
import { isWord, MAX_SETTINGS, TARGET, VALUE, VARIABLE } from './loader-settings.ts';
import { LOADER_KEYS, loaderWord } from './loader-word.ts';
import { parseInteger, quoted } from './words.ts';
import { flag, integer, line, list, MAX_UINT32, oneOfMany, text, timeout, word } from './yaml-schema.ts';

/** The manifest of docs/manifest.md, key by key. manifest.ts turns the result into the names of the model. */

const identifier = word(/^[A-Za-z0-9_.]{1,64}$/, 'a name of 1 to 64 letters, digits, "_" and "."');
const selector = word(
  /^[A-Za-z0-9_./-]{1,128}$/,
  'a program or section name of at most 128 letters, digits and "_./-"',
);

export const profileId = word(
  ID_PATTERN,
  'an id of at most 64 letters, digits and "._-" that starts with a letter or digit',
);

const attachKind = z.enum([
  '',
  'tracepoint',
  'raw_tracepoint',
  'kprobe',
  'kretprobe',
  'fentry',
  'fexit',
  'xdp',
  'tc',
  'cgroup',
  'lsm',
  'uprobe',
]);

const attach = z.strictObject({
  kind: attachKind.default(''),
  category: text.default(''),
  name: text.default(''),
  symbol: text.default(''),
  required: flag.default(false),
});

const program = z.strictObject({
  name: line({ required: true, maxBytes: 256 }),
  section: text.default(''),
  type: text.default(''),
  attach: attach.prefault({}),
  attach_target: loaderWord(TARGET).default(''),
  autoload: flag.optional(),
});

const functionalTest = z
  .strictObject({
    name: line({ required: true, maxBytes: 256 }),
    command: line({ maxBytes: 1000 }).default(''),
    required: flag.default(true),
    timeout: timeout(300_000, '5m').default(10_000),
    expect_exit_code: integer(0, 255).default(0),
    expect_stdout_contains: line().default(''),
    expect_stderr_contains: line().default(''),
    expect: TestExpect.prefault({}),
  })
  .superRefine((test, context) =>
    checkTest(test, context, [
      { path: ['expect_exit_code'], given: test.expect_exit_code !== 0 },
      { path: ['expect_stdout_contains'], given: test.expect_stdout_contains !== '' },
      { path: ['expect_stderr_contains'], given: test.expect_stderr_contains !== '' },
    ]),
  );

const INNER_MAP_TYPES = ['hash', 'array', 'lru_hash', 'percpu_hash', 'percpu_array', 'lru_percpu_hash'] as const;

const innerMap = z.strictObject({
  type: z.enum(INNER_MAP_TYPES),
  // None of these map types can have empty keys.
  key_size: integer(1, MAX_UINT32),
  value_size: integer(1, MAX_UINT32),
  max_entries: integer(1, MAX_UINT32),
});

const maxEntries = text.transform((value, context): number | 'cpus' => {
  if (value === 'cpus') return 'cpus';
  const entries = parseInteger(value);
  if (entries !== undefined && entries >= 1 && entries <= MAX_UINT32) return entries;
  context.addIssue({
    code: 'custom',
    message: `must be a whole number from 1 to ${MAX_UINT32} or the word cpus, not ${quoted(value)}`,
  });
  return z.NEVER;
});

const map = z
  .strictObject({
    name: identifier,
    max_entries: maxEntries.optional(),
    inner_ringbuf_bytes: integer(1, MAX_UINT32).optional(),
    inner_map: innerMap.optional(),
  })
  .refine((value) => Object.keys(settingsOf(value)).length > 0, {
    error: 'sets nothing; add max_entries, inner_ringbuf_bytes or inner_map',
  });

function settingsOf(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([key, setting]) => key !== 'name' && setting !== undefined));
}

const PROGRAM_TYPES = [
  'socket_filter',
  'kprobe',
  'tracepoint',
  'raw_tracepoint',
  'xdp',
  'perf_event',
  'cgroup_skb',
  'cgroup_sock',
  'sched_cls',
  'sched_act',
  'sk_skb',
  'sk_msg',
  'tracing',
  'lsm',
] as const;

/** Helpers that a variant may name, with their ids in the kernel's interface. */
const HELPERS: Readonly<Record<string, number>> = {
  bpf_probe_read_kernel: 113,
  bpf_ringbuf_output: 130,
  bpf_ringbuf_reserve: 131,
  bpf_get_current_task_btf: 158,
  bpf_loop: 181,
};

const helper = text.transform((value, context): number => {
  const id = Object.hasOwn(HELPERS, value) ? HELPERS[value] : parseInteger(value);
  if (id !== undefined && id >= 1 && id <= MAX_UINT32) return id;
  context.addIssue({
    code: 'custom',
    message: `${quoted(value)} is not known; use the helper's number or one of ${Object.keys(HELPERS).join(', ')}`,
  });
  return z.NEVER;
});

const variant = z.strictObject({
  name: identifier,
  requires_helper: helper.optional(),
  probe: z.enum(['', 'trial_load']).default(''),
});

const variantGroup = z.strictObject({
  group: identifier,
  programs: list(variant, { unique: 'name', min: 1, max: 6 }),
});

const values = z.record(z.string(), loaderWord(VALUE)).superRefine((value, context) => {
  const names = Object.keys(value);
  for (const name of names.filter((candidate) => !isWord(VARIABLE, candidate))) {
    context.addIssue({ code: 'custom', path: [name], message: `is not a name that can be set; use ${VARIABLE.rule}` });
  }
  if (names.length > MAX_SETTINGS) {
    context.addIssue({
      code: 'custom',
      message: `has ${names.length} entries; at most ${MAX_SETTINGS} are allowed`,
    });
  }
});

export const budget = text.transform((value, context): InsnBudget => {
  const parsed = parseBudget(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: `must be ${BUDGET_RULE}, not ${quoted(value)}` });
  return z.NEVER;
});

/** What a range or number lacks that names a kernel by its first number alone. */
function lacksMinor(value: string): string {
  const bare = /^[\d.\s,<>=-]+$/.test(value) ? /(?<![\d.])\d+(?![\d.])/.exec(value)?.[0] : undefined;
  return bare === undefined
    ? ''
    : `; ${bare.slice(0, 20)} lacks the minor number, write ${bare.slice(0, 20)}.0 or the one you mean`;
}

const range = text.transform((value, context): KernelRange => {
  const parsed = parseKernelRange(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: `must be ${RANGE_RULE}, not ${quoted(value)}${lacksMinor(value)}` });
  return z.NEVER;
});

export const kernelVersion = text.transform((value, context): KernelNumber => {
  const number = exactKernelNumber(value);
  if (number !== undefined) return number;
  context.addIssue({
    code: 'custom',
    message: `must be the number of a kernel such as 5.10, not ${quoted(value)}${lacksMinor(value)}`,
  });
  return z.NEVER;
});

const moduleName = word(
  /^[A-Za-z0-9_-]{1,63}$/,
  'the name of a kernel module, as lsmod has it (nf_conntrack)',
).transform(
  // As the kernel itself: `-` and `_` are the same in names of modules.
  (name) => name.replaceAll('-', '_'),
);

const modules = z.strictObject({
  load: list(moduleName, { unique: '', max: 32 }).default([]),
  forbid: list(moduleName, { unique: '', max: 32 }).default([]),
});

/** A known incompatibility. */
export const expectation = z.strictObject({
  expect: z.literal('fail'),
  profiles: list(profileId, { unique: '', min: 1 }).optional(),
  kernels: range.optional(),
  // A code that nothing reports would make every declared failure one with another cause.
  code: oneOfMany(FINDING_CODES, 'a code of the report such as UNSUPPORTED_MAP_TYPE'),
  /** As the finding of the report has it. */
  subject: line({ maxBytes: 500 }).optional(),
  program: identifier.optional(),
  /** A part of what the kernel or the library said, as the report quotes it. */
  says: line({ required: true, maxBytes: 500 }).optional(),
  reason: line({ required: true, maxBytes: 500 }),
});

export const ManifestFile = z.strictObject({
  name: line().default(''),
  programs: list(program, { unique: 'name', max: 10_000 }).default([]),
  required_profiles: list(profileId, { unique: '' }).default([]),
  functional_tests: list(functionalTest, { unique: 'name', max: 32 }).default([]),
  assets: assetList.default([]),
  maps: list(map, { unique: 'name', max: 32 }).default([]),
  program_types: list(z.strictObject({ program: selector, type: z.enum(PROGRAM_TYPES) }), {
    unique: 'program',
    max: 32,
  }).default([]),
  program_variants: list(variantGroup, { unique: 'group', max: 16 }).default([]),
  set_rodata: values.default({}),
  strict_libbpf: flag.default(false),
  max_insns: budget.optional(),
  ...LOADER_KEYS,
  fail_on: z.enum(FAIL_ON).optional(),
  /** As the flag is called. */
  'fail-on': z.enum(FAIL_ON).optional(),
  min_kernel: kernelVersion.optional(),
  expectations: list(expectation, { max: 200 }).default([]),
  modules: modules.prefault({}),
  probe_companions: list(identifier, { unique: '', max: 64 }).default([]),
  metadata: z.record(z.string(), z.unknown()).default({}),
});
export type ManifestFile = z.infer<typeof ManifestFile>;
