import { describe, expect, test } from 'vitest';
import { parseArgs as parseArgsAnyWords } from '../../src/config/parse-args.ts';
import { parseShard } from '../../src/config/shard.ts';
import { inFlagWords } from '../in-flag-words.ts';
import { usageErrorOf } from './expect-usage-error.ts';

const parseArgs = inFlagWords(parseArgsAnyWords);

const TEST = ['test', '--artifact', 'a.bpf.o', '--quick', '--out', 'r.json'];

describe('--shard', () => {
  test('one of several', () => {
    expect(parseShard('2/4')).toEqual({ index: 2, total: 4 });
    expect(parseShard(' 1 / 256 ')).toEqual({ index: 1, total: 256 });
    expect(parseShard('')).toBeUndefined();
    expect(parseArgs([...TEST, '--shard', '1/3'])).toMatchObject({ options: { shard: { index: 1, total: 3 } } });
    expect(parseArgs(['suite', '--suite', 's.yaml', '--shard=3/3'])).toMatchObject({
      options: { shard: { index: 3, total: 3 } },
    });
  });

  test.each([
    ['1', 'is not a valid shard (I/N)'],
    ['a/b', 'is not a valid shard (I/N)'],
    ['1/2/3', 'is not a valid shard (I/N)'],
    ['-1/2', 'is not a valid shard (I/N)'],
    ['0/2', 'must be one of 1/2 to 2/2'],
    ['3/2', 'must be one of 1/2 to 2/2'],
    ['1/0', 'must be one of 1 to 256 shards'],
    ['1/257', 'must be one of 1 to 256 shards'],
  ])('%j is rejected', (text, why) => {
    expect(usageErrorOf(() => parseShard(text))).toMatchObject({
      code: 'flag_value',
      message: `--shard "${text}" ${why}; write 1/4 for the first of four`,
    });
  });

  test('and --stop-on-failure', () => {
    expect(() => parseArgs(['suite', '--suite', 's.yaml', '--shard=1/2', '--stop-on-failure'])).toThrow(
      '--stop-on-failure needs all cases on one machine, and --shard divides them; remove one of them',
    );
  });
});

describe('merge', () => {
  test('reports, and what the whole run writes', () => {
    expect(parseArgs(['merge', 'a', 'b/*.json', '--out', 'r.json', '--junit=j.xml', '--fail-on', 'any'])).toMatchObject(
      {
        command: 'merge',
        options: { reports: ['a', 'b/*.json'], out: 'r.json', junit: 'j.xml', failOn: 'any', workdir: '.bpfcompat' },
      },
    );
  });

  test.each([
    [['--out', 'r.json'], "'merge' needs the reports of the shards; write bpfcompat merge shards/ --out report.json"],
    [['a'], '--out is missing; add it, for example --out report.json'],
    [
      ['a', '--out', 'r', '--markdown', 'm', '--summary', 'm'],
      '--markdown and --summary are the same file "m"; choose two',
    ],
  ])('%j is rejected', (words, message) => {
    expect(() => parseArgs(['merge', ...words])).toThrow(message);
  });
});

describe('plan', () => {
  test('kernels, or a suite', () => {
    expect(parseArgs(['plan', '--quick', '--shards', '3'])).toMatchObject({
      command: 'plan',
      options: { artifacts: [], kernels: { kind: 'quick' }, shards: 3, targetTimeMs: 300_000 },
    });
    expect(parseArgs(['plan', '--suite', 's.yaml', '--target-time', '90s'])).toMatchObject({
      options: { suite: 's.yaml', kernels: undefined, targetTimeMs: 90_000 },
    });
  });

  test.each([
    [[], 'no kernels are chosen; add --quick, --matrix FILE or --kernels ID,ID'],
    [['--suite', 's.yaml', '--quick'], '--suite names objects and kernels itself'],
    [['--quick', '--shards', '257'], '--shards'],
    [['--quick', '--shards', '0'], '--shards must be a whole number from 1 to 256, not "0"; without it'],
  ])('%j is rejected', (words, message) => {
    expect(() => parseArgs(['plan', ...words])).toThrow(message);
  });
});

test('no two reports of a run are one file', () => {
  expect(() => parseArgs([...TEST, '--junit', 'x', '--sarif', 'x'])).toThrow(
    '--junit and --sarif are the same file "x"; choose two',
  );
  expect(() => parseArgs([...TEST, '--badge', 'r.json'])).toThrow('--out and --badge are the same file "r.json"');
});
