import type * as z from 'zod';

/** The parts of a zod definition that lead from a schema to the schemas inside it. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
}

/** The keys that `schema` allows in the map at `path`; empty when they are not restricted. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const reached = path.reduce<readonly z.ZodType[]>(
    (schemas, part) => schemas.flatMap((candidate) => step(candidate, part)),
    alternatives(schema),
  );
  return [...new Set(reached.flatMap((candidate) => Object.keys(definitionOf(candidate).shape ?? {})))];
}

function step(schema: z.ZodType, part: PropertyKey): z.ZodType[] {
  const { element, shape } = definitionOf(schema);
  const next = typeof part === 'number' ? element : shape?.[String(part)];
  return next ? alternatives(next) : [];
}

/** Without wrappers such as `optional` and `default`; the members of a union one by one. */
function alternatives(schema: z.ZodType): z.ZodType[] {
  const { innerType, in: input, options } = definitionOf(schema);
  if (options) return options.flatMap(alternatives);
  const inner = innerType ?? input;
  return inner ? alternatives(inner) : [schema];
}

function definitionOf(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}
