import { harmless } from './text.ts';

/** The stream as it was at the start: ours is never held back (quiet.ts). */
const out = process.stdout.write.bind(process.stdout);

/**
 * The few workflow commands that must work before anything else is loaded, and after everything broke. What is written
 * here may hold any text.
 */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A line in the log that is not a command. */
export function say(text: string): void {
  out(`${harmless(text)}\n`);
}

/** A line that a person should see, also outside the log. */
export function notice(text: string): void {
  out(`::notice title=bpfcompat::${data(text)}\n`);
}

export function warning(text: string): void {
  out(`::warning title=bpfcompat::${data(text)}\n`);
}

/** Fails the step with exit code 1. Text beyond the size of an annotation goes to the log. */
export function failed(text: string): void {
  process.exitCode = 1;
  out(`::error title=bpfcompat::${data(text.slice(0, 4000))}\n`);
}

/** Begins a part of the log that can be folded. */
export function group(title: string): void {
  out(`::group::${data(title)}\n`);
}

export function endGroup(): void {
  process.stdout.write('::endgroup::\n');
}

/** A command with properties, such as an annotation on a line. Properties may hold any text. */
export function annotation(
  level: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string | number | undefined>>,
  message: string,
): void {
  const words = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${data(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`],
  );
  out(`::${level} ${words.join(',')}::${data(message)}\n`);
}
