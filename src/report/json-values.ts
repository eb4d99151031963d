/** `undefined`, which JSON leaves out, for values that reports leave out: empty, false and zero. */
export function some<T extends string | number | boolean>(value: T | undefined): T | undefined {
  return value === '' || value === 0 || value === false ? undefined : value;
}

/** A list, or nothing when it is empty. */
export function list<T>(values: readonly T[]): readonly T[] | undefined {
  return values.length === 0 ? undefined : values;
}

/** An object without members that JSON leaves out; undefined when nothing is left. */
export function object<T extends Record<string, unknown>>(value: T): T | undefined {
  return Object.values(value).every((member) => member === undefined) ? undefined : value;
}
