import type { HostFiles } from '../host/host.ts';

/** So much text is gathered before it is written, in characters, or bytes where it comes as those. */
const PIECE_CHARS = 1024 * 1024;

/** A text file that is written while its text comes, so that little of it is ever in memory. */
export interface Spill {
  /** @param text may be UTF-8 */
  add(text: string | Uint8Array): void;
  /** Resolves when there is room for more; undefined when there is now. @throws the error of a failed write */
  room(): Promise<void> | undefined;
  /** Writes what is left; a file without text is empty. @throws the error of a failed write */
  end(): Promise<void>;
  /** Ends a file that was begun, and begins none. Never throws. */
  abandon(): Promise<void>;
}

function whole(pieces: readonly (string | Uint8Array)[]): string | Uint8Array {
  if (pieces.every((piece) => typeof piece === 'string')) return pieces.join('');
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

/** What fits into one piece is written at the end, at once; only longer files are ever seen half. */
export function createSpill(files: Pick<HostFiles, 'writeAtomic' | 'append'>, path: string): Spill {
  let waiting: (string | Uint8Array)[] = [];
  let chars = 0;
  let begun = false;
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    while (chars > 0 || !begun) {
      const text = whole(waiting);
      waiting = [];
      chars = 0;
      if (begun) await files.append(path, text);
      else await files.writeAtomic(path, text);
      begun = true;
    }
  }

  function write(): Promise<void> {
    writing ??= writeAll().then(() => {
      writing = undefined;
    });
    // Whoever waits for room hears of a failure; when no one does, `end` throws it.
    writing.catch(() => {});
    return writing;
  }

  async function end(): Promise<void> {
    await writing;
    await write();
  }

  return {
    add(text) {
      waiting.push(text);
      chars += text.length;
      if (chars >= PIECE_CHARS) void write();
    },
    room: () => (chars < PIECE_CHARS ? undefined : write()),
    end,
    async abandon() {
      if (begun || writing !== undefined) await end().catch(() => {});
    },
  };
}
