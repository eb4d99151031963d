/** How far up what a register holds is looked for, in characters. */
const NEAR_TEXT = 65_536;
/** Copies from one register to another that are followed back. */
const MAX_COPIES = 4;
const NUMBER = /^-?(?:0x[0-9a-f]+|\d+)$/;
/** `r1 = 7` and `w1 = 7`: an address of 64 bits is printed as a number, too, and is none. */
const SETS_NUMBER: ReadonlySet<string> = new Set(['b7', 'b4']);
const COPIES = 'bf';

/**
 * What a register holds behind a text of the verifier, as states print it (`scalar(id=1)`, `ctx()`, `0`). Kernels before 5.17
 * print states after jumps alone: what an instruction made since is known where it is a number or the copy of a register.
 * @param number of the register, such as `1`
 * @returns undefined where the text does not show it
 */
export function stateOf(number: string, above: string, copies: number = MAX_COPIES): string | undefined {
  const text = above.slice(-NEAR_TEXT);
  const shown = last(text, `\\bR${number}(?:_\\w+)?=(?<value>\\S+)`);
  const write = `^\\d+: \\((?<code>[0-9a-f]{2})\\) [rw]${number} (?<changes>\\S*)= (?<value>\\S+)`;
  const written = last(text, write);
  if (!written || (shown?.index ?? -1) > written.index) return shown?.groups?.['value'];
  const { code = '', changes, value = '' } = written.groups ?? {};
  if (changes !== '') return undefined;
  if (SETS_NUMBER.has(code)) return NUMBER.test(value) ? value : undefined;
  const source = code === COPIES && copies > 0 ? /^r(\d+)$/.exec(value)?.[1] : undefined;
  return source === undefined ? undefined : stateOf(source, text.slice(0, written.index), copies - 1);
}

function last(text: string, pattern: string): RegExpExecArray | undefined {
  return [...text.matchAll(new RegExp(pattern, 'gm'))].at(-1);
}
