/** Nanoseconds per unit. Both spellings of the micro sign are in use. */
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  '\u00b5s': 1_000n,
  '\u03bcs': 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Longest text that can be a duration; keeps hostile input cheap. */
const MAX_TEXT = 64;
/** 2^63 - 1 nanoseconds, some 292 years: what durations in these files can hold. */
const MAX_NANOS = 9_223_372_036_854_775_807n;

/** The part of an error message that says how a duration is written. */
export const DURATION_HINT = 'write a number with a unit (ns us ms s m h), for example 90s, 1m30s or 1.5h';

/**
 * Reads a duration such as `1m30s`, `1.5h`, `250ms` or `0`. Units: ns us ms s m h, concatenable, with an optional sign.
 * @returns milliseconds (with a fraction below one microsecond), undefined when `text` is not a duration. A bare
 * number other than 0 is none.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const body = /^[+-]?(.+)$/u.exec(text)?.[1];
  if (body === undefined) return undefined;
  if (body === '0') return 0;
  let nanos = 0n;
  let rest = body;
  while (rest !== '') {
    const part = /^(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/.exec(rest);
    if (!part) return undefined;
    nanos += scaled(part[1] ?? '', UNITS[part[2] ?? ''] ?? 0n);
    rest = rest.slice(part[0].length);
  }
  if (nanos > MAX_NANOS) return undefined;
  // Seconds and the rest apart, so that a long duration keeps its milliseconds.
  const ms = Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1e6;
  return text.startsWith('-') ? -ms : ms;
}

/** `number` (decimal digits with at most one point) times `unit`, in whole nanoseconds. */
function scaled(number: string, unit: bigint): bigint {
  const [whole = '', fraction = ''] = number.split('.');
  return BigInt(whole || '0') * unit + (BigInt(fraction || '0') * unit) / 10n ** BigInt(fraction.length);
}

/**
 * Milliseconds as a duration text: `3m`, `1m30s`, `1h0.5s`, `250ms`, `0s`. `parseDuration` reads it back; anything
 * below a microsecond is dropped.
 */
export function formatDuration(ms: number): string {
  const micros = Math.round(Math.abs(ms) * 1000);
  const sign = ms < 0 && micros > 0 ? '-' : '';
  if (micros === 0) return '0s';
  if (micros < 1000) return `${sign}${micros}us`;
  if (micros < 1_000_000) return `${sign}${micros / 1000}ms`;
  const hours = Math.floor(micros / 3_600_000_000);
  const minutes = Math.floor((micros % 3_600_000_000) / 60_000_000);
  const seconds = (micros % 60_000_000) / 1_000_000;
  return `${sign}${hours ? `${hours}h` : ''}${minutes ? `${minutes}m` : ''}${seconds ? `${seconds}s` : ''}`;
}
