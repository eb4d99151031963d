import { describe, expect, test } from 'vitest';
import { objectsInSource } from '../../src/object/inside/c-source.ts';
import { findObjects, MAX_OBJECTS } from '../../src/object/inside/find-objects.ts';
import { nameObjects } from '../../src/object/inside/name-objects.ts';
import { BASE, buildProgram, DATA, FILE } from '../fakes/program.ts';
import { buildElf, insns, LOCAL_FUNCTION, type SymbolSpec } from './elf-builder.ts';

const object = (name: string): Uint8Array =>
  buildElf([{ name: 'xdp', executable: true, bytes: insns([[0xb7], [0x95]]) }], [{ name, section: 'xdp', size: 16 }]);
const ONE = object('one');
const TWO = object('two_is_longer');
const junk = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(0x7f);
const joined = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);

describe('objects in other bytes', () => {
  test('are found wherever they begin, with their whole length', () => {
    const found = findObjects(joined(junk(13), ONE, junk(3), TWO, junk(40)));
    expect(found).toEqual({
      objects: [
        { at: 13, size: ONE.length },
        { at: 16 + ONE.length, size: TWO.length },
      ],
      damaged: [],
      cut: false,
      bigEndian: 0,
    });
  });

  test('one that is cut off is damaged, and what begins in it is looked at', () => {
    expect(findObjects(ONE.subarray(0, -1))).toMatchObject({ objects: [], damaged: [0] });
    expect(findObjects(joined(ONE.subarray(0, 70), TWO))).toMatchObject({
      objects: [{ at: 70, size: TWO.length }],
      damaged: [0],
    });
    // Bytes that are called like it and begin no object of ours: a magic alone, and other kinds of files.
    const core = Uint8Array.from(ONE);
    core[16] = 4;
    expect(findObjects(joined(ONE.subarray(0, 16), junk(64), core)).damaged).toEqual([]);
  });

  test('objects for other machines are none; those for big-endian kernels are counted', () => {
    const host = Uint8Array.from(ONE);
    host[18] = 62;
    const big = Uint8Array.from(ONE);
    big.set([2, 2], 4);
    big.set([0, 1, 0, 247], 16);
    expect(findObjects(joined(host, big))).toEqual({ objects: [], damaged: [], cut: false, bigEndian: 1 });
  });

  test('a file full of beginnings ends the search, and too many objects are said', () => {
    const beginning = Uint8Array.from(ONE.subarray(0, 64));
    beginning.set([0xff, 0xff], 60);
    const many = joined(...Array.from({ length: 5000 }, () => beginning));
    expect(findObjects(many)).toMatchObject({ objects: [], cut: true });
    const whole = joined(...Array.from({ length: MAX_OBJECTS + 1 }, () => ONE));
    expect(findObjects(whole)).toMatchObject({ cut: true });
    expect(findObjects(whole).objects).toHaveLength(MAX_OBJECTS);
  });

  test('beginnings that share one large table are given up, and the file is said to be cut', () => {
    const [count, sections] = [4000, 4000];
    const file = Buffer.alloc(64 * (count + sections));
    for (let at = 0; at < 64 * count; at += 64) {
      file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], at);
      file.set([1, 0, 247, 0], at + 16);
      file.writeBigUInt64LE(BigInt(64 * count - at), at + 40);
      file.set([64, 0, sections & 255, sections >> 8], at + 58);
    }
    // One of its sections lies nowhere.
    file.set([1], 64 * count + 4);
    file.writeBigUInt64LE(1n << 40n, 64 * count + 24);
    expect(findObjects(file)).toMatchObject({ objects: [], cut: true });
  });

  test('tables that claim the end of the world cost nothing', () => {
    const wild = Uint8Array.from(ONE);
    new DataView(wild.buffer).setBigUint64(40, 0xffff_ffff_ffff_fff0n, true);
    new DataView(wild.buffer).setUint16(60, 0xffff, true);
    expect(findObjects(joined(wild, TWO))).toMatchObject({
      objects: [{ at: wild.length, size: TWO.length }],
      damaged: [0],
    });
  });
});

/** A program with these parts as its data, and the names of the objects in it. */
function namesIn(
  parts: readonly Uint8Array[],
  symbols: (at: (part: number) => number) => readonly SymbolSpec[],
  linked?: (at: (part: number) => number) => readonly Uint8Array[],
): (string | undefined)[] {
  const starts = parts.map((_, index) => parts.slice(0, index).reduce((sum, { length }) => sum + length, 0));
  const program = buildProgram({
    data: joined(...parts),
    symbols: (address) => symbols((part) => address + (starts[part] ?? 0)),
    ...(linked && { linked: (address: number) => joined(...linked((part) => address + (starts[part] ?? 0))) }),
  });
  return nameObjects(program, findObjects(program).objects);
}

const data = (name: string, value: number, size: number): SymbolSpec => ({
  name,
  section: '.rodata',
  value,
  size,
  info: DATA,
});
const even = (bytes: Uint8Array): Uint8Array => joined(bytes, new Uint8Array((8 - (bytes.length % 8)) % 8));
const word = (value: number): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);

describe('names of objects in a program', () => {
  test('the variable that is the object, with what its source calls it', () => {
    const names = namesIn([even(ONE), even(TWO)], (at) => [
      data('_ZN5agent7PROGRAM17h0123456789abcdefE', at(0), ONE.length),
      data('second_object', at(1), TWO.length + 1),
    ]);
    expect(names).toEqual(['agent::PROGRAM', 'second_object']);
  });

  test('the variable of Go that refers to it, and the path of an embed.FS', () => {
    const path = new TextEncoder().encode('objs/two.o\0\0\0\0\0\0');
    const parts = [even(ONE), even(TWO), path, joined(...[0, 0, 0, 0, 0, 0, 0].map(word))];
    const names = namesIn(
      parts,
      (at) => [data('main._AgentBytes', at(3), 24)],
      (at) => [
        even(ONE),
        even(TWO),
        path,
        joined(...[at(0), ONE.length, ONE.length, at(2), 10, at(1), TWO.length].map(word)),
      ],
    );
    expect(names).toEqual(['main._AgentBytes', 'objs:two.o']);
  });

  test('the only skeleton of a source file, and of a program', () => {
    const skeleton = (name: string): SymbolSpec => ({ name, section: '.rodata', size: 8, info: LOCAL_FUNCTION });
    const file = { name: 'a.c', info: FILE };
    expect(namesIn([even(ONE)], () => [skeleton('agent_bpf__destroy')])).toEqual(['agent_bpf']);
    const names = namesIn([even(ONE), even(TWO)], (at) => [
      { ...file, name: 'a.c' },
      data('data.0', at(0), ONE.length + 1),
      skeleton('agent_bpf__destroy'),
      { ...file, name: 'b.c' },
      data('data.0', at(1), TWO.length + 1),
      skeleton('other_bpf__open_opts'),
    ]);
    // The tests' tables cannot say that a symbol is absolute, so that both are in one group.
    expect(names).toEqual([undefined, undefined]);
  });

  test('no name where compilers made it up, where two have it, and where nothing says', () => {
    const names = namesIn([even(ONE), even(TWO)], (at) => [
      data('.L__unnamed_7', at(0), ONE.length),
      data('anon.0123.4', at(1), TWO.length),
    ]);
    expect(names).toEqual([undefined, undefined]);
    expect(
      namesIn([even(ONE), even(TWO)], (at) => [data('x', at(0), ONE.length), data('x', at(1), TWO.length)]),
    ).toEqual([undefined, undefined]);
    expect(namesIn([even(ONE)], () => [])).toEqual([undefined]);
  });

  test('what is not a program has none, and hostile tables throw nothing', () => {
    expect(nameObjects(ONE.subarray(0, 30), [{ at: 0, size: 10 }])).toEqual([undefined]);
    const program = buildProgram({ data: even(ONE), symbols: (at) => [data('x', at, 2 ** 52)] });
    for (let at = 0; at < 64; at++) {
      const broken = Uint8Array.from(program);
      broken[at] = 0xff;
      expect(nameObjects(broken, [{ at: 64, size: ONE.length }])).toHaveLength(1);
    }
    expect(BASE).toBeGreaterThan(0);
  });
});

describe('objects in C source', () => {
  const hex = (bytes: Uint8Array): string[] => [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const escaped = (bytes: Uint8Array): string =>
    hex(bytes)
      .map((digits, index) => `${index % 19 === 0 ? '\\\n' : ''}${digits === '00' ? '\\0' : `\\x${digits}`}`)
      .join('');

  test('skeletons of bpftool, older and newer', () => {
    const text = `static inline int
one_bpf__create_skeleton(struct one_bpf *obj) { s->data = one_bpf__elf_bytes(&s->data_sz); }
static inline const void *one_bpf__elf_bytes(size_t *sz)
{
	static const char data[] __attribute__((__aligned__(8))) = "${escaped(ONE)}";
}
static inline const void *two_bpf__elf_bytes(size_t *sz) { return (const void *)"${escaped(TWO)}"; }
`;
    expect(objectsInSource(text).objects).toEqual([
      { name: 'one_bpf', bytes: ONE },
      { name: 'two_bpf', bytes: TWO },
    ]);
  });

  test('arrays of bytes, and texts with plain letters, octal digits and parts', () => {
    const array = `unsigned char prog_o[] = {\n  ${hex(ONE)
      .map((digits) => `0x${digits}`)
      .join(', ')}\n};`;
    expect(objectsInSource(array).objects).toEqual([{ name: 'prog_o', bytes: ONE }]);
    const octal = [...ONE.subarray(4)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`);
    const text = `x = "\\x7fELF" "${octal.slice(0, 9).join('')}"\n  "${octal.slice(9).join('')}";`;
    expect(objectsInSource(text).objects).toEqual([{ name: undefined, bytes: ONE }]);
  });

  test('one that ends early is damaged, and texts of something else are none', () => {
    const cut = ONE.subarray(0, 200);
    expect(objectsInSource(`"${escaped(cut)}"`)).toEqual({ objects: [{ name: undefined, bytes: cut }], cut: false });
    expect(objectsInSource('const char x[] = "\\x7fELF is a magic";')).toEqual({ objects: [], cut: false });
  });

  test('one behind more texts than are looked at is not passed over in silence', () => {
    const decoy = '"\\x7fELF";\n';
    expect(objectsInSource(`${decoy.repeat(63)}"${escaped(ONE)}"`)).toMatchObject({ objects: [{}], cut: false });
    expect(objectsInSource(`${decoy.repeat(64)}"${escaped(ONE)}"`)).toEqual({ objects: [], cut: true });
  });

  test('an array has the name of its declaration, and none where something else stands there', () => {
    const list = `{ ${hex(ONE)
      .map((digits) => `0x${digits}`)
      .join(', ')} };`;
    const nameOf = (declaration: string) => objectsInSource(`${declaration} = ${list}`).objects.map(({ name }) => name);
    expect(nameOf('static const u8 prog[512] __aligned')).toEqual(['prog']);
    expect(nameOf('unsigned char a[1] __attribute__((aligned(8)))')).toEqual(['a']);
    expect(nameOf('struct x y')).toEqual([undefined]);
    expect(nameOf(`a${' '.repeat(1000)}[]`)).toEqual([undefined]);
  });

  // Each of these took hours: no step of the search may begin again at every letter.
  test.each([
    ['a word without end', 'a'],
    ['a word of underscores', '_'],
    ['brackets that do not close', 'a['],
    ['arrays without numbers', 'a[]__x(('],
    ['skeletons', 'a__elf_bytes('],
    ['texts that go on', '"\\x7fELF" '],
    ['arrays that do not end', '= {0x7f,0x45,0x4c,0x46,'],
  ])('a large file is searched in time: %s', { timeout: 20_000 }, (_name, part) => {
    expect(objectsInSource(part.repeat(Math.ceil(4_000_000 / part.length))).objects).toEqual([]);
  });
});
