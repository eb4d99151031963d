import type * as z from 'zod';
import { keysAt } from './schema-keys.ts';
import { didYouMean } from './similar.ts';

/**
 * A loose map that rejects keys that are near to its own ones: what is meant for it and not read is not a key of another
 * tool.
 * @param foreign keys of other tools that are near to own ones by chance
 * @param parents own maps whose keys are rejected beside them: there the indentation is lost
 */
export function withoutSlips<T extends z.ZodObject>(
  schema: T,
  foreign: readonly string[] = [],
  parents: readonly string[] = [],
): T {
  const own = keysAt(schema, []);
  const deeper = parents.flatMap((parent) => keysAt(schema, [parent]));
  const isSlip = (key: string): boolean =>
    !own.includes(key) && !foreign.includes(key) && (deeper.includes(key) || didYouMean(key, own) !== '');
  // Also where values are wrong: all problems of a file show at once.
  return schema.superRefine(
    (value: unknown, context) => {
      if (typeof value !== 'object' || value === null) return;
      const keys = Object.keys(value).filter(isSlip);
      if (keys.length > 0)
        context.addIssue({ code: 'unrecognized_keys', keys, input: value as Record<string, unknown> });
    },
    { when: () => true },
  );
}
