import { sanitizeStrings } from '../model/sanitize.ts';

/** The part of the validator's own document (docs/validator.md) that repeats what its stages said. */
export interface ReportedDocument {
  readonly status: unknown;
  readonly load: unknown;
  readonly programs: readonly ReportedPart[];
  readonly tests: readonly ReportedPart[];
}

type ReportedPart = Readonly<Record<string, unknown>>;

function part(value: unknown): ReportedPart {
  return typeof value === 'object' && value !== null ? (value as ReportedPart) : {};
}

function list(value: unknown): ReportedPart[] {
  return Array.isArray(value) ? value.map(part) : [];
}

/** undefined: it is not JSON object. Fields that are missing or of another kind agree with nothing. */
export function reportedDocument(text: string): ReportedDocument | undefined {
  let value: unknown;
  try {
    // As the stages are read, with which it is compared.
    value = sanitizeStrings(JSON.parse(text));
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
