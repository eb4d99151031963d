import { isCheck } from '../config/implied-check.ts';

/** Commands whose result is a verdict: their exit code says it, whoever reads their words. */
const VERDICTS: ReadonlySet<string | undefined> = new Set(['check', 'test', 'test-command', 'suite']);

/** A stream that cannot be written to any more is not written to, and nothing else ends for it. */
export interface Output {
  write(text: string): void;
  /** Why words were lost; undefined while none were. EPIPE: the reader left (head, less). */
  failed(): string | undefined;
}

export function sturdyOutput(stream: NodeJS.WritableStream): Output {
  let code: string | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    code ??= error.code ?? error.message;
  });
  return {
    write: (text) => {
      if (code === undefined) stream.write(text);
    },
    failed: () => code,
  };
}

/**
 * Exit code of a command whose standard output broke with `code`. A verdict stays, and a reader that left has what it
 * wanted; of any other command the output was all that there is.
 */
export function exitCodeAfter(exitCode: number, code: string | undefined, argv: readonly string[]): number {
  if (code === undefined || code === 'EPIPE' || exitCode !== 0) return exitCode;
  const reportOnStdout = argv.some((word) => word === '-' || word.endsWith('=-') || /^--?json$/.test(word));
  return (VERDICTS.has(argv[0]) || isCheck(argv)) && !reportOnStdout ? exitCode : 1;
}
