import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

const PRESET = '@secretlint/secretlint-rule-preset-recommend';

export interface Secret {
  /** Which of the texts, counted from 0. */
  readonly text: number;
  /** Counted from 1. */
  readonly line: number;
  /** What kind of secret it looks like; the value itself is masked. */
  readonly what: string;
}

const linesIn = (text: string): number => text.split('\n').length;

/**
 * What looks like a token, a key or a password with the recommended rules of secretlint. Many texts are looked at in one
 * call: the library keeps a record of each call and searches all of them in the next.
 */
export async function secretsIn(texts: readonly string[]): Promise<Secret[]> {
  const { messages } = await lintSource({
    source: { content: texts.join('\n'), filePath: 'texts', contentType: 'text', ext: '' },
    options: { maskSecrets: true, config: { rules: [{ id: PRESET, rule: creator, options: {} }] } },
  });
  const starts: number[] = [];
  let next = 1;
  for (const text of texts) {
    starts.push(next);
    next += linesIn(text);
  }
  return messages.map(({ loc, message }) => {
    const at = starts.findLastIndex((start) => start <= loc.start.line);
    return { text: at, line: loc.start.line - (starts[at] ?? 1) + 1, what: message };
  });
}
