import { UsageError } from '../model/errors.ts';
import { option as named, phrase, type Wording } from '../model/wording.ts';
import { DURATION_HINT, formatDuration, parseDuration } from './duration.ts';
import type { NamedRow, OptionName } from './options.ts';
import { parseBoolean, parseInteger, quoted } from './words.ts';

export type FlagValue = string | number | boolean | readonly string[];

/**
 * The value of a flag from its text. Integers and durations must be within the bounds of the row; durations are whole
 * milliseconds, rounded up.
 * @throws UsageError `flag_value`
 */
export function readFlagValue(option: NamedRow, text: string): FlagValue {
  switch (option.type) {
    case 'text':
      return text;
    case 'repeated':
      return text === '' ? [] : [text];
    case 'list':
      return text
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '');
    case 'boolean':
      return readBoolean(option, text);
    case 'integer':
      return readInteger(option, text);
    case 'duration':
      return readDuration(option, text);
  }
}

function readBoolean({ name }: NamedRow, text: string): boolean {
  const value = text === '' ? undefined : parseBoolean(text);
  if (value !== undefined) return value;
  throw flagError(
    name,
    phrase`must be true or false, not ${quoted(text)}; write ${named(name)} or ${named(name)}=false`,
  );
}

function readInteger({ name, min = 0, max = Number.MAX_SAFE_INTEGER }: NamedRow, text: string): number {
  const value = parseInteger(text);
  if (value !== undefined && value >= min && value <= max) return value;
  throw flagError(name, `must be a whole number from ${min} to ${max}, not ${quoted(text)}`);
}

function readDuration({ name, min = 0, max = Number.MAX_SAFE_INTEGER }: NamedRow, text: string): number {
  const value = parseDuration(text);
  if (value === undefined) throw flagError(name, `must be a duration, not ${quoted(text)}; ${DURATION_HINT}`);
  if (value <= 0) throw flagError(name, `must be more than 0, not ${quoted(text)}`);
  const ms = Math.ceil(value);
  if (ms >= min && ms <= max) return ms;
  throw flagError(name, `must be from ${formatDuration(min)} to ${formatDuration(max)}, not ${quoted(text)}`);
}

function flagError(name: OptionName, message: Wording): UsageError {
  return new UsageError('flag_value', phrase`${named(name)} ${message}`);
}
