/** What a module of the test has. Tracepoints are `category/name`. */
export interface FakeModule {
  readonly depends?: readonly string[];
  readonly release?: string;
  readonly functions?: readonly string[];
  readonly initFunctions?: readonly string[];
  readonly variables?: readonly string[];
  readonly tracepoints?: readonly string[];
  readonly btf?: Buffer;
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly bytes: Buffer;
  readonly link?: number;
  readonly info?: number;
}

function table(): { add(text: string): number; bytes(): Buffer } {
  let all = '\0';
  return {
    add(text) {
      all += `${text}\0`;
      return all.length - text.length - 1;
    },
    bytes: () => Buffer.from(all, 'latin1'),
  };
}

const SECTIONS = { text: 1, init: 2, data: 3, rodata: 4, symtab: 7, strtab: 8 } as const;
const FUNCTION = 2;
const OBJECT = 1;
const GLOBAL = 16;
/** Of a `struct trace_event_call` and a `struct trace_event_class`, as far as they matter here. */
const CALL_BYTES = 120;

/** A relocatable ELF64 file as compilers and the kernel's build make modules: symbols, relocations and BTF. */
export function kernelModule(parts: FakeModule): Buffer {
  const strings = table();
  const symbols: Buffer[] = [Buffer.alloc(24)];
  const relocations: Buffer[] = [];
  const add = (name: string, info: number, section: number, value = 0): number => {
    const symbol = Buffer.alloc(24);
    symbol.writeUInt32LE(strings.add(name), 0);
    symbol.writeUInt8(info, 4);
    symbol.writeUInt16LE(section, 6);
    symbol.writeBigUInt64LE(BigInt(value), 8);
    return symbols.push(symbol) - 1;
  };
  const relocate = (at: number, symbol: number, addend: number): void => {
    const entry = Buffer.alloc(24);
    entry.writeBigUInt64LE(BigInt(at), 0);
    entry.writeUInt32LE(1, 8);
    entry.writeUInt32LE(symbol, 12);
    entry.writeBigInt64LE(BigInt(addend), 16);
    relocations.push(entry);
  };
  for (const name of parts.functions ?? []) add(name, FUNCTION, SECTIONS.text);
  for (const name of parts.initFunctions ?? []) add(name, FUNCTION, SECTIONS.init);
  for (const name of parts.variables ?? []) add(name, GLOBAL | OBJECT, SECTIONS.data);
  const rodata = table();
  const rodataSymbol = add('.rodata', 3, SECTIONS.rodata);
  const tracepoints = parts.tracepoints ?? [];
  for (const [nth, tracepoint] of tracepoints.entries()) {
    const [category = '', name = ''] = tracepoint.split('/');
    const at = nth * (CALL_BYTES + 8);
    add(`event_${name}`, OBJECT, SECTIONS.data, at);
    const ofClass = add(`event_class_${name}`, OBJECT, SECTIONS.data, at + CALL_BYTES);
    relocate(at + 16, ofClass, 0);
    relocate(at + CALL_BYTES, rodataSymbol, rodata.add(category));
    add(`__bpf_trace_tp_map_${name}`, OBJECT, SECTIONS.data, at);
  }
  const info = `depends=${(parts.depends ?? []).join(',')}\0vermagic=${parts.release ?? '6.1.0-test'} SMP \0`;
  const sections: Section[] = [
    { name: '', type: 0, bytes: Buffer.alloc(0) },
    { name: '.text', type: 1, bytes: Buffer.alloc(16) },
    { name: '.init.text', type: 1, bytes: Buffer.alloc(16) },
    { name: '.data', type: 1, bytes: Buffer.alloc(16 + tracepoints.length * (CALL_BYTES + 8)) },
    { name: '.rodata', type: 1, bytes: rodata.bytes() },
    { name: '.rela.data', type: 4, bytes: Buffer.concat(relocations), link: SECTIONS.symtab, info: SECTIONS.data },
    { name: '.modinfo', type: 1, bytes: Buffer.from(info) },
    { name: '.symtab', type: 2, bytes: Buffer.concat(symbols), link: SECTIONS.strtab },
    { name: '.strtab', type: 3, bytes: strings.bytes() },
    { name: '.BTF', type: 1, bytes: parts.btf ?? Buffer.alloc(0) },
  ];
  return elfOf(sections);
}

function elfOf(parts: readonly Section[]): Buffer {
  const names = table();
  const nameAt = [...parts.map(({ name }) => name), '.shstrtab'].map((name) => names.add(name));
  const sections = [...parts, { name: '.shstrtab', type: 3, bytes: names.bytes() }];
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 0, 'latin1');
  header[4] = 2;
  header[5] = 1;
  let offset = header.length;
  const entries = sections.map(({ type, bytes, link = 0, info = 0 }, index) => {
    const entry = Buffer.alloc(64);
    entry.writeUInt32LE(nameAt[index] ?? 0, 0);
    entry.writeUInt32LE(type, 4);
    entry.writeBigUInt64LE(BigInt(offset), 0x18);
    entry.writeBigUInt64LE(BigInt(bytes.length), 0x20);
    entry.writeUInt32LE(link, 0x28);
    entry.writeUInt32LE(info, 0x2c);
    offset += bytes.length;
    return entry;
  });
  header.writeBigUInt64LE(BigInt(offset), 0x28);
  header.writeUInt16LE(64, 0x3a);
  header.writeUInt16LE(sections.length, 0x3c);
  header.writeUInt16LE(sections.length - 1, 0x3e);
  return Buffer.concat([header, ...sections.map(({ bytes }) => bytes), ...entries]);
}

/** BTF of a module with structures: names in the kernel's strings by offset, others in its own. */
export function splitBtf(base: Buffer, structs: readonly (string | number)[]): Buffer {
  const own = table();
  const types = structs.map((name) => {
    const type = Buffer.alloc(12);
    // Strings of a module go on where those of the kernel end.
    type.writeUInt32LE(typeof name === 'number' ? name : base.length + own.add(name), 0);
    type.writeUInt32LE((4 << 24) >>> 0, 4);
    return type;
  });
  return btfOf(Buffer.concat(types), own.bytes());
}

export function btfOf(types: Buffer, strings: Buffer): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt16LE(0xeb9f, 0);
  header.writeUInt8(1, 2);
  header.writeUInt32LE(24, 4);
  header.writeUInt32LE(types.length, 12);
  header.writeUInt32LE(types.length, 16);
  header.writeUInt32LE(strings.length, 20);
  return Buffer.concat([header, types, strings]);
}
