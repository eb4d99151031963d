import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { HostError, messageOf } from '../../../model/errors.ts';

/** One piece of a document (a tag, a text) may be so long: a name or a description is not a megabyte. */
const MAX_PIECE = 1024 * 1024;
const LONG_PIECE = 'one piece of it is longer than a megabyte';
const MAX_DEPTH = 32;

export interface XmlHandler {
  /** @param path names of the elements above and of the element itself, without prefixes */
  open?(path: readonly string[], attributes: Readonly<Record<string, string>>): void;
  /** @param text what stood in the element itself, behind the last element in it */
  close?(path: readonly string[], text: string): void;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/**
 * Reads a document piece by piece; what is kept of it is the handler's choice. Document types are not part of it: the
 * indexes of repositories have none, and entities could make much out of little.
 * @param what for messages
 * @throws HostError `bad_index` for what is no such document
 */
export function xmlReader(what: string, handler: XmlHandler): { write(text: string): void; end(): void } {
  const reader = new XmlReader(what, handler);
  return { write: (text) => reader.write(text), end: () => reader.end() };
}

class XmlReader {
  readonly #what: string;
  readonly #handler: XmlHandler;
  readonly #parser = new SaxesParser({ xmlns: false });
  readonly #path: string[] = [];
  readonly #texts: string[] = [];
  #lastEvent = 0;

  constructor(what: string, handler: XmlHandler) {
    this.#what = what;
    this.#handler = handler;
    this.#parser.on('doctype', () => {
      throw this.#unusable('it has a document type, which no index needs');
    });
    this.#parser.on('error', (error) => {
      throw this.#unusable(`it is not an XML document (${error.message.slice(0, 200)})`);
    });
    this.#parser.on('opentag', (tag: SaxesTagPlain) => this.#open(tag));
    this.#parser.on('text', (text) => this.#text(text));
    this.#parser.on('cdata', (text) => this.#text(text));
    this.#parser.on('comment', () => this.#seen());
    this.#parser.on('closetag', () => this.#close());
  }

  write(text: string): void {
    this.#guarded(() => this.#parser.write(text));
    if (this.#parser.position - this.#lastEvent > MAX_PIECE) throw this.#unusable(LONG_PIECE);
  }

  end(): void {
    this.#guarded(() => this.#parser.close());
  }

  #open({ name, attributes }: SaxesTagPlain): void {
    this.#seen();
    this.#path.push(localName(name));
    // Only what has no elements in it has a text.
    if (this.#texts.length > 0) this.#texts[this.#texts.length - 1] = '';
    this.#texts.push('');
    if (this.#path.length > MAX_DEPTH) throw this.#unusable('its elements lie too deep in each other');
    this.#handler.open?.(this.#path, attributes);
  }

  #text(text: string): void {
    this.#seen();
    const last = this.#texts.length - 1;
    if (last < 0) return;
    this.#texts[last] += text;
    // Comments divide a text into pieces that are short each.
    if ((this.#texts[last]?.length ?? 0) > MAX_PIECE) throw this.#unusable(LONG_PIECE);
  }

  #close(): void {
    this.#seen();
    this.#handler.close?.(this.#path, this.#texts.pop() ?? '');
    this.#path.pop();
  }

  #seen(): void {
    this.#lastEvent = this.#parser.position;
  }

  #unusable(why: string): HostError {
    return new HostError('bad_index', `${this.#what}: ${why}; nothing was used, choose another mirror`);
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      throw error instanceof HostError ? error : this.#unusable(messageOf(error).slice(0, 200));
    }
  }
}

/** Reads a small document at once. */
export function readXml(what: string, text: string, handler: XmlHandler): void {
  const reader = xmlReader(what, handler);
  reader.write(text);
  reader.end();
}
