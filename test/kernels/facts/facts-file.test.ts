import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { packFacts, unpackFacts } from '../../../src/kernels/facts/facts-file.ts';
import { HostError } from '../../../src/model/errors.ts';

const FACTS = {
  release: '6.1.0-57-cloud-amd64',
  btf: Buffer.from([1, 2, 3]),
  symbols: ['Tvfs_read', 'tdo_x.isra.0'],
  config: 'CONFIG_BPF=y\n',
  modules: Buffer.from('index'),
};

describe('a file with facts of a kernel', () => {
  test('says what was put into it', () => {
    expect(unpackFacts(packFacts(FACTS))).toEqual(FACTS);
  });

  test('keeps apart what is not known and what is empty', () => {
    const bare = { release: '5.4.0', btf: undefined, symbols: undefined, config: '', modules: undefined };
    expect(unpackFacts(packFacts(bare))).toEqual(bare);
  });

  test('leaves out symbols that no object can name', () => {
    const symbols = ['Tvfs_read', 'T__pfx_vfs_read', 'd__already_done.1', 'r__ksymtab_vfs_read'];
    expect(unpackFacts(packFacts({ ...FACTS, symbols })).symbols).toEqual(['Tvfs_read']);
  });

  const header = (text: string): Buffer => gzipSync(`${text}\n`);
  const packed = (bytes: number, part: 'symbols' | 'config'): Buffer => {
    const lengths = { btf: null, symbols: null, config: null, modules: null, [part]: bytes };
    const line = JSON.stringify({ format: 'bpfcompat_facts.v1', release: '6.1', ...lengths });
    return gzipSync(Buffer.concat([Buffer.from(`${line}\n`), Buffer.alloc(bytes, '\n')]));
  };
  test.each([
    ['text', Buffer.from('no facts')],
    ['half of it', packFacts(FACTS).subarray(0, 40)],
    ['another format', header('{"format":"bpfcompat_facts.v9"}')],
    ['no header', header('x'.repeat(10_000))],
    [
      'a length that is not there',
      header('{"format":"bpfcompat_facts.v1","release":"6.1","btf":99,"symbols":null,"config":null,"modules":null}'),
    ],
    [
      'a release with blanks',
      header(
        '{"format":"bpfcompat_facts.v1","release":"6.1 x","btf":null,"symbols":null,"config":null,"modules":null}',
      ),
    ],
    ['more symbols than any kernel has', packed(3_000_000, 'symbols')],
    ['a configuration that is none', packed(17 * 1024 * 1024, 'config')],
    ['more than any kernel has', gzipSync(Buffer.alloc(300 * 1024 * 1024))],
  ])('is an error for %s', (_, bytes) => {
    expect(() => unpackFacts(bytes)).toThrow(HostError);
  });
});
