import * as z from 'zod';
import { VALIDATION_MODES, type ValidationMode } from '../model/cell.ts';
import { FAIL_ON } from '../model/gate.ts';
import { ID_PATTERN } from '../model/kernel.ts';
import { assetList } from './assets.ts';
import { checkTest, EXPECT_KEYS } from './expect-schema.ts';
import { LOADER_KEYS } from './loader-word.ts';
import { budget, expectation, kernelVersion, profileId } from './manifest-schema.ts';
import { didYouMean, enumerate } from './similar.ts';
import { MODE_WORDS, modeOf } from './validation-mode.ts';
import { quoted } from './words.ts';
import { flag, integer, line, list, MAX_TIMEOUT_MS, text, timeout, word } from './yaml-schema.ts';

/** The suite file of docs/suites.md, key by key. suite.ts puts defaults and cases together. */

const id = word(ID_PATTERN, 'at most 64 letters, digits and "._-" that start with a letter or digit');
const path = line({ required: true });
const kernels = list(profileId, { unique: '', min: 1 });

const mode = text.transform((value, context): ValidationMode | undefined => {
  if (value.trim() === '') return undefined;
  const known = modeOf(value);
  if (known !== undefined) return known;
  const similar = didYouMean(value.trim(), MODE_WORDS) || ';';
  context.addIssue({
    code: 'custom',
    message: `${quoted(value)} is not known${similar} use ${enumerate(VALIDATION_MODES, 'or')}`,
  });
  return z.NEVER;
});

const URI = /^(?:https?|file):\/\/\S+$/i;

/** What defaults and a case have in common. */
const shared = {
  assets: assetList.optional(),
  matrix: path.optional(),
  kernels: kernels.optional(),
  workdir: path.optional(),
  runner: z.enum(['', 'vm', 'virtme-ng', 'firecracker']).optional(),
  validation_mode: mode.optional(),
  timeout: timeout(MAX_TIMEOUT_MS, '168h').optional(),
  /** 0 = not set. */
  concurrency: integer(0, 256).optional(),
  keep_vm_on_failure: flag.optional(),
  baseline: path.optional(),
  fail_on: z.enum(FAIL_ON).optional(),
  /** As the flag is called. */
  'fail-on': z.enum(FAIL_ON).optional(),
  min_kernel: kernelVersion.optional(),
  max_insns: budget.optional(),
  ...LOADER_KEYS,
};

const expectations = z.strictObject({
  exit_code: integer(0, 255).default(0),
  stdout_contains: line().default(''),
  stderr_contains: line().default(''),
  event_contains: line().default(''),
  ...EXPECT_KEYS,
});

const behaviorTest = z
  .strictObject({
    mode: text.refine((value) => value.trim().toLowerCase() === 'behavior', {
      error: ({ input }) => `${quoted(String(input))} is not known; write behavior`,
    }),
    command: line({ maxBytes: 1000 }).default(''),
    required: flag.default(true),
    timeout: timeout(300_000, '5m').default(10_000),
    expect: expectations.prefault({}),
  })
  .superRefine((test, context) =>
    checkTest(test, context, [
      { path: ['expect', 'exit_code'], given: test.expect.exit_code !== 0 },
      { path: ['expect', 'stdout_contains'], given: test.expect.stdout_contains !== '' },
      { path: ['expect', 'stderr_contains'], given: test.expect.stderr_contains !== '' },
      { path: ['expect', 'event_contains'], given: test.expect.event_contains !== '' },
    ]),
  );

const suiteCase = z.strictObject({
  name: id,
  /** May be left out only where a command is run. */
  artifact: path.optional(),
  command: line({ required: true, maxBytes: 4096 }).optional(),
  command_binary: path.optional(),
  command_expect_exit: integer(0, 255).optional(),
  ...shared,
  manifest: path.optional(),
  artifact_uri: line({ maxBytes: 2048 })
    .refine((value) => value === '' || URI.test(value), {
      error: ({ input }) =>
        `${quoted(String(input))} is not a URL; use one that starts with https://, http:// or file://`,
    })
    .default(''),
  artifact_name: line({ maxBytes: 256 }).default(''),
  artifact_version: line({ maxBytes: 256 }).default(''),
  artifact_variant: line({ maxBytes: 256 }).default(''),
  out: path.optional(),
  markdown: path.optional(),
  required: flag.default(true),
  expectations: list(expectation, { max: 200 }).default([]),
  test: behaviorTest.optional(),
});

export const SuiteFile = z.strictObject({
  name: id,
  out: path.optional(),
  markdown: path.optional(),
  defaults: z.strictObject({ ...shared, report_dir: path.optional() }).prefault({}),
  cases: list(suiteCase, { unique: 'name', min: 1, max: 500 }),
});
export type SuiteFile = z.infer<typeof SuiteFile>;
