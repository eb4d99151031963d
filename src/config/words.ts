const TRUE_WORDS = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE_WORDS = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** Boolean words of flags and environment variables; undefined for any other text. */
export function parseBoolean(text: string): boolean | undefined {
  if (TRUE_WORDS.has(text)) return true;
  if (FALSE_WORDS.has(text)) return false;
  return undefined;
}

/** Boolean words of YAML files: true/false, yes/no, on/off, y/n, in any of YAML's spellings. */
export function parseYamlBoolean(text: string): boolean | undefined {
  if (/^(?:true|True|TRUE|yes|Yes|YES|on|On|ON|y|Y)$/.test(text)) return true;
  if (/^(?:false|False|FALSE|no|No|NO|off|Off|OFF|n|N)$/.test(text)) return false;
  return undefined;
}

/**
 * A whole number: decimal, `0x` hexadecimal or `0o` octal, `_` between digits allowed. A leading zero is an error, since
 * readers disagree about its meaning.
 */
export function parseInteger(text: string): number | undefined {
  const match = /^([+-]?)(0|[1-9](?:_?\d)*|0x[\da-fA-F](?:_?[\da-fA-F])*|0o[0-7](?:_?[0-7])*)$/.exec(text);
  if (!match) return undefined;
  const value = Number((match[2] ?? '').replaceAll('_', ''));
  if (!Number.isSafeInteger(value)) return undefined;
  return match[1] === '-' && value !== 0 ? -value : value;
}

/** Control characters and those that change the direction of text, which must not reach a terminal. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g;

/** One line of text that is safe to print: unsafe characters escaped, cut after `max` characters. */
export function printable(text: string, max: number): string {
  const short = text.length > max ? `${text.slice(0, max - 3)}...` : text;
  return short.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** User text for a message: quoted, unsafe characters escaped, long text shortened. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text), 400);
}

/** What to do with a URL that was given as a path; undefined for all other words. */
export function addressHint(word: string): string | undefined {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(word)) return undefined;
  return 'only files of this machine are read, no addresses; fetch it first (curl -O) and name the file';
}
