import { describe, expect, it } from 'vitest';
import {
  compare,
  explain,
  initSuite,
  inspect,
  mergeReports,
  planShards,
  UsageError,
  validate,
  validateSuite,
  watch,
  watchSuite,
} from '../../src/index.ts';

/** As somebody without types calls it. */
type Loose = (options?: unknown) => Promise<unknown>;
const calls = {
  compare,
  explain,
  initSuite,
  inspect,
  mergeReports,
  planShards,
  validate,
  validateSuite,
  watch,
  watchSuite,
};

describe('options of the library that are wrong', () => {
  it.each<[keyof typeof calls, unknown, string]>([
    ['validate', { artifact: 'a.o', quick: true }, 'validate(): unknown option "artifact"; did you mean "artifacts"?'],
    ['validate', { artifacts: ['a.o'], timeout: 5 }, 'validate(): unknown option "timeout"; did you mean "timeoutMs"?'],
    ['validate', { artifacts: ['a.o'], workdir: 'x' }, 'unknown option "workdir"; did you mean "workDir"?'],
    ['validate', { artifacts: ['a.o'], runnner: 'vm' }, 'unknown option "runnner"; did you mean "runner"'],
    ['validate', { artifacts: ['a.o'], constructor: 1 }, 'unknown option "constructor"; there are '],
    [
      'validate',
      { artifacts: 'a.o' },
      'validate(): artifacts must be a list of texts, not "a.o"; write artifacts: ["build/my.bpf.o"]',
    ],
    ['validate', { artifacts: ['a.o', 1] }, 'artifacts must be a list of texts, not such a list;'],
    ['validate', { quick: true }, 'validate(): artifacts is missing; write artifacts: ["build/my.bpf.o"]'],
    ['validate', undefined, 'takes one object with its options; write validate({ artifacts: ["build/my.bpf.o"] })'],
    ['validate', ['a.o'], 'takes one object with its options;'],
    [
      'validate',
      { artifacts: ['a.o'], kernels: '6.1' },
      'kernels must be a list of texts, not "6.1"; write kernels: ["debian',
    ],
    ['validate', { artifacts: ['a.o'], quick: 'yes' }, 'quick must be true or false, not "yes"; write quick: true'],
    ['validate', { artifacts: ['a.o'], concurrency: 0 }, 'concurrency must be a whole number of at least 1, not 0;'],
    ['validate', { artifacts: ['a.o'], timeoutMs: '90s' }, 'timeoutMs must be milliseconds, a whole number'],
    [
      'validate',
      { artifacts: ['a.o'], mode: 'load' },
      'mode must be "load_only", "load_attach" or "behavior", not "load";',
    ],
    ['validate', { artifacts: ['a.o'], failOn: 'all' }, 'failOn must be "any", "required", "regression" or "never"'],
    ['validate', { artifacts: ['a.o'], maxInsns: 'many' }, 'maxInsns must be '],
    ['validate', { artifacts: ['a.o'], onEvent: 'log' }, 'onEvent must be a function, not "log";'],
    ['validate', { artifacts: ['a.o'], signal: {} }, 'signal must be an AbortSignal, not an object;'],
    ['validate', { artifacts: ['a.o'], loader: null }, 'loader must be an object, not null;'],
    ['validateSuite', { path: 's.yaml' }, 'validateSuite(): unknown option "path"; there are '],
    ['validateSuite', {}, 'suite is missing; write suite: "suite.yaml"'],
    ['watch', { artifacts: ['a.o'], out: 'r.json' }, 'watch(): unknown option "out"; there are '],
    ['watch', { artifacts: ['a.o'] }, 'watch(): onResult is missing;'],
    ['watchSuite', { suite: 's.yaml', out: 'r.json' }, 'watchSuite(): unknown option "out"; there are '],
    ['inspect', { files: 'a.o' }, 'inspect(): files must be a list of texts'],
    ['inspect', { file: 'a.o' }, 'did you mean "files"?'],
    ['initSuite', { dir: 5 }, 'initSuite(): dir must be a text, not 5;'],
    ['planShards', { shard: 5 }, 'did you mean "shards"?'],
    [
      'mergeReports',
      { reports: 'shards/' },
      'reports must be a list of texts, not "shards/"; write reports: ["shards/"]',
    ],
    ['explain', { reports: 'r.json' }, 'explain(): unknown option "reports"; did you mean "report"?'],
    ['compare', { base: 1 }, 'base must be a text, not 1; write base: "report.json"'],
  ])('%s(%j)', async (name, options, words) => {
    const call = (calls[name] as unknown as Loose)(options);
    await expect(call).rejects.toBeInstanceOf(UsageError);
    await expect(call).rejects.toThrow(words);
  });

  it('what is undefined is not given', async () => {
    const call = validate({ artifacts: ['no.o'], out: undefined, kernels: undefined } as never);
    await expect(call).rejects.toThrow('no kernels are chosen');
  });
});
