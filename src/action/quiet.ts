import { harmless } from './text.ts';

type Write = typeof process.stdout.write;

/** Warnings and errors of the toolkit as plain lines. Masks and debug lines stay commands. */
function asPlainLine(chunk: string): string {
  const text = chunk.replace(/^::(?:warning|error|notice)(?: [^:]*)?::/, '');
  return harmless(text.replaceAll('%0D', '').replaceAll('%0A', '\n').replaceAll('%25', '%'));
}

/**
 * From here on the toolkit's clients raise no annotations: a cache that a fork may not write, or a service that is down
 * for a moment, is a line in the log, and what a person must know we say ourselves (commands.ts). It lasts as long as the
 * process: a request that we no longer wait for may still complain.
 */
export function hushToolkit(): void {
  const { stdout } = process;
  const write = stdout.write.bind(stdout) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
  stdout.write = ((chunk: string | Uint8Array, ...rest: unknown[]) =>
    write(
      typeof chunk === 'string' && /^::(?:warning|error|notice)/.test(chunk) ? asPlainLine(chunk) : chunk,
      ...rest,
    )) as Write;
}
