import { expect } from 'vitest';
import { UsageError } from '../../src/model/errors.ts';
import { inFlagWords } from '../in-flag-words.ts';

/** The UsageError that `action` throws, in the words of the command line; anything else fails the test. */
export function usageErrorOf(action: () => unknown): UsageError {
  try {
    inFlagWords(action)();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  throw new Error('nothing was thrown');
}
