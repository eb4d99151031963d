import { sanitizeText } from '../model/sanitize.ts';

/** Keeps the beginning and the end of a byte stream of any length in bounded memory. */
export interface BoundedLog {
  append(chunk: Uint8Array): void;
  /** Head, a line that says how many bytes are missing (when any are), and tail. */
  bytes(): Buffer;
  /** The same as text without control characters. */
  text(): string;
  /** The last `maxChars` characters of the text, from the start of a line where there is one. */
  tail(maxChars: number): string;
}

export function createBoundedLog(headBytes: number, tailBytes: number): BoundedLog {
  const head: Buffer[] = [];
  let headSize = 0;
  const tail: Buffer[] = [];
  let tailSize = 0;
  let dropped = 0;

  function appendTail(chunk: Buffer): void {
    tail.push(chunk);
    tailSize += chunk.length;
    while (tailSize > tailBytes) {
      const first = tail[0]!;
      const cut = Math.min(first.length, tailSize - tailBytes);
      if (cut === first.length) tail.shift();
      else tail[0] = first.subarray(cut);
      tailSize -= cut;
      dropped += cut;
    }
  }

  function bytes(): Buffer {
    const marker = dropped === 0 ? [] : [Buffer.from(`\n[${dropped} bytes left out]\n`)];
    return Buffer.concat([...head, ...marker, ...tail]);
  }

  function text(): string {
    return sanitizeText(bytes().toString('utf8'));
  }

  return {
    append(chunk) {
      // A copy: stream chunks are slices of a pool that would stay alive as a whole.
      const own = Buffer.from(chunk);
      const forHead = own.subarray(0, headBytes - headSize);
      if (forHead.length > 0) {
        head.push(forHead);
        headSize += forHead.length;
      }
      if (own.length > forHead.length) appendTail(own.subarray(forHead.length));
    },
    bytes,
    text,
    tail: (maxChars) => tailOf(text().trimEnd(), maxChars),
  };
}

function tailOf(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const cut = text.slice(-maxChars);
  const line = cut.indexOf('\n');
  return line === -1 || line === cut.length - 1 ? cut : cut.slice(line + 1);
}
