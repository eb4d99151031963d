/**
 * The frame format of docs/guest-protocol.md: bytes in, frames or one violation out. Knows nothing of what frames mean.
 */
import { PROTOCOL_VERSION } from '../model/evidence.ts';

const MAGIC = 0x43465042; // "BPFC", little-endian
export const HEADER_BYTES = 16;
export const MAX_HOST_PAYLOAD = 64 * 1024 * 1024;
/** Limits per request, counted by the session; `usage.ts` has those of each kind of stage. */
export const MAX_STAGE_FRAMES = 10_000;
export const MAX_REQUEST_BYTES = 64 * 1024 * 1024;

export const FRAME_TYPES = { hello: 1, request: 2, blob: 3, stage: 4, document: 5, bye: 6, seal: 7 } as const;
export type FrameName = keyof typeof FRAME_TYPES;
export const BLOB_KINDS = { artifact: 1, functionalPlan: 2, file: 3, key: 4, module: 5 } as const;

export interface Frame {
  readonly name: FrameName;
  /** Blob kind; 0 unless `name` is `blob`. */
  readonly kind: number;
  readonly seq: number;
  readonly payload: Buffer;
}

/** Frames that were complete, and why nothing after them can be trusted. */
interface Decoded {
  readonly frames: readonly Frame[];
  readonly violation: string | undefined;
}

export interface Decoder {
  /** Takes any bytes; never throws. After a violation it ignores everything and repeats the violation. */
  push(chunk: Uint8Array): Decoded;
  /** Bytes of an unfinished frame that are held now. */
  pendingBytes(): number;
}

export type Direction = 'guest-to-host' | 'host-to-guest';

/** Bytes of payload that one frame may have. */
export const MAX_PAYLOAD: Readonly<Record<FrameName, number>> = {
  hello: 1024 * 1024,
  stage: 4 * 1024 * 1024,
  document: 4 * 1024 * 1024,
  bye: 0,
  seal: 32,
  request: MAX_HOST_PAYLOAD,
  blob: MAX_HOST_PAYLOAD,
};

const LEGAL: Readonly<Record<Direction, readonly FrameName[]>> = {
  'guest-to-host': ['hello', 'stage', 'document', 'bye', 'seal'],
  'host-to-guest': ['request', 'blob'],
};

export interface OutgoingFrame {
  readonly name: FrameName;
  readonly kind?: number;
  readonly seq: number;
  readonly payload: Uint8Array;
}

/** The header that goes before the payload. */
function encodeHeader(frame: OutgoingFrame, out: Buffer): void {
  out.writeUInt32LE(MAGIC, 0);
  out.writeUInt8(PROTOCOL_VERSION, 4);
  out.writeUInt8(FRAME_TYPES[frame.name], 5);
  out.writeUInt16LE(frame.kind ?? 0, 6);
  out.writeUInt32LE(frame.seq, 8);
  out.writeUInt32LE(frame.payload.length, 12);
}

/** The header of a frame as it was on the wire. */
export function headerOf(frame: OutgoingFrame): Buffer {
  const out = Buffer.allocUnsafe(HEADER_BYTES);
  encodeHeader(frame, out);
  return out;
}

/** A frame as it goes over the wire, in two pieces so that a large payload is not copied. */
export function frameParts(frame: OutgoingFrame): readonly [Buffer, Uint8Array] {
  return [headerOf(frame), frame.payload];
}

interface Header {
  readonly name: FrameName;
  readonly kind: number;
  readonly seq: number;
  readonly length: number;
}

/** The header, or the words of what is wrong with it: checked before a byte of payload is kept. */
function readHeader(bytes: Buffer, direction: Direction, expectedSeq: number): Header | string {
  if (bytes.readUInt32LE(0) !== MAGIC) return 'bad magic';
  const version = bytes.readUInt8(4);
  if (version !== PROTOCOL_VERSION) return `protocol version ${version}, ${PROTOCOL_VERSION} expected`;
  const type = bytes.readUInt8(5);
  const name = LEGAL[direction].find((candidate) => FRAME_TYPES[candidate] === type);
  if (name === undefined) return `frame type ${type} is not legal in this direction`;
  const kind = bytes.readUInt16LE(6);
  if (name !== 'blob' && kind !== 0) return `blob kind ${kind} in a ${name} frame`;
  const seq = bytes.readUInt32LE(8);
  if (seq !== expectedSeq) return `sequence number ${seq}, ${expectedSeq} expected`;
  const length = bytes.readUInt32LE(12);
  if (name === 'bye' && length !== 0) return 'bye with a payload';
  const most = MAX_PAYLOAD[name];
  if (length > most) return `${name} frame of ${length} bytes, at most ${most} are allowed`;
  return { name, kind, seq, length };
}

/**
 * Incremental decoder of one direction; `direction` decides which frame types and sizes are legal.
 * @param firstSeq sequence number of the first frame that is still to come
 */
export function createDecoder(direction: Direction, firstSeq = 0): Decoder {
  const held: Buffer[] = [];
  let heldBytes = 0;
  let header: Header | undefined;
  let nextSeq = firstSeq;
  let violation: string | undefined;

  function take(count: number): Buffer {
    const all = held.length === 1 ? held[0]! : Buffer.concat(held);
    held.length = 0;
    heldBytes -= count;
    if (all.length > count) held.push(all.subarray(count));
    return all.subarray(0, count);
  }

  function nextFrame(): Frame | undefined {
    if (header === undefined) {
      if (heldBytes < HEADER_BYTES) return undefined;
      const read = readHeader(take(HEADER_BYTES), direction, nextSeq);
      if (typeof read === 'string') {
        violation = read;
        return undefined;
      }
      header = read;
    }
    if (heldBytes < header.length) return undefined;
    const { name, kind, seq, length } = header;
    header = undefined;
    nextSeq = (nextSeq + 1) >>> 0;
    return { name, kind, seq, payload: length === 0 ? Buffer.alloc(0) : take(length) };
  }

  return {
    push(chunk) {
      const frames: Frame[] = [];
      if (violation !== undefined) return { frames, violation };
      if (chunk.length > 0) {
        held.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
        heldBytes += chunk.length;
      }
      for (let frame = nextFrame(); frame !== undefined; frame = nextFrame()) frames.push(frame);
      if (violation !== undefined) {
        held.length = 0;
        heldBytes = 0;
      }
      return { frames, violation };
    },
    pendingBytes: () => heldBytes,
  };
}
