/** The part of the validator's own document (contract 6.2) that repeats what its stages said. */
export interface ToldDocument {
  readonly status: unknown;
  readonly load: unknown;
  readonly programs: readonly ToldPart[];
  readonly tests: readonly ToldPart[];
}

type ToldPart = Readonly<Record<string, unknown>>;

function part(value: unknown): ToldPart {
  return typeof value === 'object' && value !== null ? (value as ToldPart) : {};
}

function list(value: unknown): ToldPart[] {
  return Array.isArray(value) ? value.map(part) : [];
}

/** undefined: it is no JSON object. Fields that are missing or of another kind agree with nothing. */
export function toldDocument(text: string): ToldDocument | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const root = part(value);
  return {
    status: root['status'],
    load: part(root['load'])['status'],
    programs: list(part(root['discovery'])['programs']),
    tests: list(part(root['functional'])['tests']),
  };
}
