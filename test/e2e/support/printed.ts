/** Command lines of ours in any text that people copy from: code spans, lines of their own, texts in JSON. */
export function printedCommands(text: string): string[] {
  const joined = text.replace(/ \\\n\s*/g, ' ');
  const spans = [...joined.matchAll(/(?<!`)(`+) ?(bpfcompat [^\n]*?) ?\1(?!`)/g)].map(([, , command = '']) => command);
  const lines = [...joined.matchAll(/^ *(bpfcompat [a-z][^\n]*)$/gm)].map(([, command = '']) => command);
  return [...new Set([...spans, ...lines])];
}

/** The same of every text in a JSON value. */
export function commandsInJson(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('bpfcompat ') ? [value] : printedCommands(value);
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(commandsInJson))];
}
