/** ANSI colours for terminals; without colour every function returns its text as it is. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

function paint(code: number, on: boolean): (text: string) => string {
  return (text) => (on && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text);
}

export function style(color: boolean): Style {
  return {
    good: paint(32, color),
    bad: paint(31, color),
    warn: paint(33, color),
    dim: paint(2, color),
    bold: paint(1, color),
  };
}

/** `1 kernel`, `2 kernels`. */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
