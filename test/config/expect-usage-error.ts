import { expect } from 'vitest';
import { UsageError } from '../../src/model/errors.ts';

/** The UsageError that `action` throws; anything else fails the test. */
export function usageErrorOf(action: () => unknown): UsageError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  throw new Error('nothing was thrown');
}
