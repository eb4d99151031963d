import type { CommandName } from '../config/commands.ts';
import type { OptionName } from '../config/options.ts';
import { inProperties } from './library-words.ts';

/** Where a text names an option: the command line, the Action and the library each have a word of their own for it. */
export interface Mention {
  readonly option: OptionName;
  /** The command that is meant, where several have an option of this name and the library does not call both the same. */
  readonly command?: CommandName | undefined;
  /** What to write there; absent where the option is only named. */
  readonly value?: string;
}

/** How one face of the program writes an option. */
export type Face = (mention: Mention) => string;

/** A text that names options. As a string it has the words of the library. */
export class Phrase {
  readonly parts: readonly (string | Mention)[];

  constructor(parts: readonly (string | Mention)[]) {
    this.parts = parts;
  }

  toString(): string {
    return spell(this, inProperties);
  }
}

/** A text for the user, which may name options. */
export type Wording = string | Phrase;

function partsOf(wording: Wording | number): readonly (string | Mention)[] {
  return wording instanceof Phrase ? wording.parts : [String(wording)];
}

/** Tag of a template that names options: what stands in it keeps naming them. */
export function phrase(texts: TemplateStringsArray, ...values: readonly (Wording | number)[]): Phrase {
  return new Phrase(
    texts.flatMap((text, index) => (index === 0 ? [text] : [...partsOf(values[index - 1] ?? ''), text])),
  );
}

/** Several texts as one. */
export function joined(wordings: readonly Wording[], separator: string): Phrase {
  return new Phrase(wordings.flatMap((one, index) => [...(index === 0 ? [] : [separator]), ...partsOf(one)]));
}

/** The text with its words changed by `change`; the options that it names stay. */
export function cleaned(wording: Wording, change: (text: string) => string): Phrase {
  return new Phrase(partsOf(wording).map((part) => (typeof part === 'string' ? change(part) : part)));
}

/** Names an option. */
export function option(name: OptionName, command?: CommandName): Phrase {
  return new Phrase([{ option: name, command }]);
}

/** Says what to write: `--baseline main.json` on the command line. */
export function setting(name: OptionName, value: string): Phrase {
  return new Phrase([{ option: name, value }]);
}

/** The text in the words of a face. */
export function spell(wording: Wording, face: Face): string {
  return partsOf(wording)
    .map((part) => (typeof part === 'string' ? part : face(part)))
    .join('');
}

/** A flag as it is typed: in command lines, and in what is saved. */
export function flag<Name extends OptionName>(name: Name): `--${Name}` {
  return `--${name}`;
}

/**
 * The face of the command line, and of everything that is saved: a report may be read by another face than the one that
 * wrote it, and flags are what the help, the documentation and the command line that repeats a cell have.
 */
export function inFlags({ option: name, value }: Mention): string {
  return value === undefined ? flag(name) : `${flag(name)} ${value}`;
}
