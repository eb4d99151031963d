import { harmless } from './text.ts';

type Write = typeof process.stdout.write;

/** Warnings and errors of the toolkit as plain lines. Masks and debug lines stay commands. */
function asPlainLine(chunk: string): string {
  const text = chunk.replace(/^::(?:warning|error|notice)(?: [^:]*)?::/, '');
  return harmless(text.replaceAll('%0D', '').replaceAll('%0A', '\n').replaceAll('%25', '%'));
}

/**
 * Runs `work` while the toolkit's clients may not raise annotations: a cache that a fork may not write, or that is down
 * for a moment, is a line in the log and no warning on the pull request.
 */
export async function quietToolkit<T>(work: () => Promise<T>): Promise<T> {
  const { stdout } = process;
  const write = stdout.write.bind(stdout) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
  stdout.write = ((chunk: string | Uint8Array, ...rest: unknown[]) =>
    write(
      typeof chunk === 'string' && /^::(?:warning|error|notice)/.test(chunk) ? asPlainLine(chunk) : chunk,
      ...rest,
    )) as Write;
  try {
    return await work();
  } finally {
    stdout.write = write as Write;
  }
}
