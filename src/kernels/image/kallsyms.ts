/** Symbols of a marker, by scripts/kallsyms of the kernel. */
const PER_MARKER = 256;
const TOKENS = 256;
/** No kernel has more; the largest with everything built in have some 300,000. */
const MAX_SYMBOLS = 2_000_000;
/** Tables begin at multiples of it. */
const ALIGN = 4;
/** Bytes of the longest compressed name with its length. */
const MAX_NAME = 513;
/** Of a number in the table that orders names (Linux 6.2 and 6.3). */
const ORDER_BYTES = 3;
/** Fewer are no sure sign. */
const FEWEST_MARKERS = 4;
/** Zero bytes that can lie between two tables. */
const MAX_PADDING = 8;

const DIGITS = Buffer.from([...'0123456789'].flatMap((digit) => [digit.charCodeAt(0), 0]));

interface TokenTable {
  /** Where it starts. */
  readonly at: number;
  readonly tokens: readonly string[];
}

const aligned = (at: number): number => Math.ceil(at / ALIGN) * ALIGN;

/** The strings of the table in which `digits` is the one of the token `0`; undefined where none is. */
function tokensAround(rodata: Buffer, digits: number): TokenTable | undefined {
  let end = digits;
  for (let token = '0'.charCodeAt(0); token < TOKENS; token++) {
    end = rodata.indexOf(0, end) + 1;
    if (end === 0) return undefined;
  }
  for (let index = aligned(end); index <= end + MAX_PADDING; index += ALIGN) {
    if (index + TOKENS * 2 > rodata.length) return undefined;
    const offsets = Array.from({ length: TOKENS }, (_, token) => rodata.readUInt16LE(index + token * 2));
    const at = digits - (offsets['0'.charCodeAt(0)] ?? 0);
    const follows = offsets.every(
      (offset, token) =>
        (token === 0 ? offset === 0 : offset > (offsets[token - 1] ?? 0)) &&
        (token === 0 || rodata[at + offset - 1] === 0),
    );
    if (at < 0 || !follows) continue;
    const tokens = offsets.map((offset) => {
      const from = at + offset;
      return rodata.toString('latin1', from, rodata.indexOf(0, from));
    });
    return { at, tokens };
  }
  return undefined;
}

function findTokens(rodata: Buffer): TokenTable | undefined {
  for (let at = rodata.indexOf(DIGITS); at >= 0; at = rodata.indexOf(DIGITS, at + 1)) {
    const found = tokensAround(rodata, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The markers nearest below `end`: offsets of every 256th name, ascending from 0. Kernels of some versions have the order of
 * the names behind them, three bytes each.
 */
function markersBelow(rodata: Buffer, end: number): { readonly at: number; readonly offsets: number[] } | undefined {
  const lowest = Math.max(0, end - MAX_SYMBOLS * ORDER_BYTES);
  for (let at = end - (end % ALIGN) - ALIGN; at >= lowest; at -= ALIGN) {
    if (rodata.readUInt32LE(at) !== 0) continue;
    const offsets = [0];
    for (let next = at + ALIGN; next + ALIGN <= end; next += ALIGN) {
      const step = rodata.readUInt32LE(next) - (offsets.at(-1) ?? 0);
      if (step < PER_MARKER || step > PER_MARKER * MAX_NAME) break;
      offsets.push(rodata.readUInt32LE(next));
    }
    if (offsets.length >= FEWEST_MARKERS) return { at, offsets };
  }
  return undefined;
}

/** Length of the name at `at` and where its tokens start; two bytes where the first has its highest bit. */
function lengthAt(rodata: Buffer, at: number): { readonly length: number; readonly from: number } {
  const first = rodata[at] ?? 0;
  if (first < 0x80) return { length: first, from: at + 1 };
  return { length: (first & 0x7f) | ((rodata[at + 1] ?? 0) << 7), from: at + 2 };
}

/** Where the names begin: the one place from which every marker is right. */
function isStart(rodata: Buffer, start: number, end: number, count: number, markers: readonly number[]): boolean {
  let at = start;
  for (let symbol = 0; symbol < count; symbol++) {
    if (symbol % PER_MARKER === 0 && markers[symbol / PER_MARKER] !== at - start) return false;
    const { length, from } = lengthAt(rodata, at);
    if (length === 0) return false;
    at = from + length;
    if (at > end) return false;
  }
  return end - at < MAX_PADDING;
}

function findNames(
  rodata: Buffer,
  end: number,
  markers: readonly number[],
): { start: number; count: number } | undefined {
  const highest = end - (markers.at(-1) ?? 0);
  for (let start = highest - (highest % ALIGN); start > highest - PER_MARKER * MAX_NAME && start >= 8; start -= ALIGN) {
    for (const back of [4, 8]) {
      const count = rodata.readUInt32LE(start - back);
      if (Math.ceil(count / PER_MARKER) === markers.length && isStart(rodata, start, end, count, markers)) {
        return { start, count };
      }
    }
  }
  return undefined;
}

/**
 * The names of all symbols of a kernel (CONFIG_KALLSYMS), each with the letter of its type in front, as the kernel has them
 * for /proc/kallsyms.
 * @param rodata section with the tables that scripts/kallsyms wrote
 * @returns undefined where the tables are not found
 */
export function readKallsyms(rodata: Buffer): string[] | undefined {
  const table = findTokens(rodata);
  const markers = table && markersBelow(rodata, table.at);
  const names = markers && findNames(rodata, markers.at, markers.offsets);
  if (table === undefined || names === undefined) return undefined;
  const found: string[] = [];
  let at = names.start;
  for (let symbol = 0; symbol < names.count; symbol++) {
    const { length, from } = lengthAt(rodata, at);
    let name = '';
    for (let byte = from; byte < from + length; byte++) name += table.tokens[rodata[byte] ?? 0];
    found.push(name);
    at = from + length;
  }
  return found;
}
