const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** One line per event. Credentials are never handed to it. */
export type Log = (level: Level, message: string, facts?: Readonly<Record<string, unknown>>) => void;

/** @param format `text`, anything else is JSON @param level lines below it are left out; an unknown word is `info` */
export function createLog(
  { format, level, now }: { readonly format: string; readonly level: string; readonly now: () => Date },
  write: (line: string) => void,
): Log {
  const least = Math.max(LEVELS.indexOf(level as Level), level === 'debug' ? 0 : 1);
  return (one, message, facts = {}) => {
    if (LEVELS.indexOf(one) < least) return;
    const time = now().toISOString();
    const words = Object.entries(facts).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    if (format === 'text') write(`${[time, one.toUpperCase(), JSON.stringify(message), ...words].join(' ')}\n`);
    else write(`${JSON.stringify({ time, level: one, msg: message, ...facts })}\n`);
  };
}
