import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { exitCodeAfter, sturdyOutput } from '../../src/cli/broken-output.ts';

describe('an output that breaks', () => {
  it('is left alone from then on, and says why', async () => {
    const heard: string[] = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        heard.push(String(chunk));
        done(Object.assign(new Error('gone'), { code: 'EPIPE' }));
      },
    });
    const output = sturdyOutput(stream);
    expect(output.failed()).toBeUndefined();
    output.write('a');
    await new Promise((resolve) => setImmediate(resolve));
    output.write('b');
    expect(output.failed()).toBe('EPIPE');
    expect(heard).toEqual(['a']);
  });

  it.each([
    [2, 'EPIPE', ['test'], 2],
    [0, 'EPIPE', ['test'], 0],
    [2, 'ENOSPC', ['test'], 2],
    [0, 'ENOSPC', ['test', '--out', 'r.json'], 0],
    [0, 'ENOSPC', ['test', '--out', '-'], 1],
    [0, 'ENOSPC', ['test', '--out=-'], 1],
    [0, 'ENOSPC', ['compare', 'a', 'b'], 1],
    [0, 'EPIPE', ['compare', 'a', 'b'], 0],
    [0, undefined, ['compare', 'a', 'b'], 0],
  ] as const)('exit code %i with %s of %j is %i', (before, code, argv, after) => {
    expect(exitCodeAfter(before, code, argv)).toBe(after);
  });
});
