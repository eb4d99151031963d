import type { EnvVariable } from './env.ts';

/** A variable that `serve` reads. */
export interface ServerVariable extends EnvVariable {
  readonly kind: 'text' | 'flag' | 'count' | 'duration';
  /** Bounds that a value is moved to; of durations in milliseconds. */
  readonly min?: number;
  readonly max?: number;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** One that is a text. */
export function text(name: string, description: string, fallback = '') {
  return { Name: name, Default: fallback, Description: description, Category: 'Server', kind: 'text' } as const;
}

/** One that is on or off. */
export function flag(name: string, description: string) {
  return { Name: name, Default: 'false', Description: description, Category: 'Server', kind: 'flag' } as const;
}
