import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { HostError, messageOf } from '../../../model/errors.ts';

/** One piece of a document (a tag, a text) may be so long: a name or a description is no megabyte. */
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
 * Reads a document piece by piece; what is kept of it is the handler's choice. Document types are refused: the indexes
 * of repositories have none, and entities could make much out of little.
 * @param what for messages
 * @throws HostError `bad_index` for what is no such document
 */
export function xmlReader(what: string, handler: XmlHandler): { write(text: string): void; end(): void } {
  const refuse = (why: string): HostError =>
    new HostError('bad_index', `${what}: ${why}; nothing was used, choose another mirror`);
  const parser = new SaxesParser({ xmlns: false });
  const path: string[] = [];
  const texts: string[] = [];
  let lastEvent = 0;
  const seen = (): void => {
    lastEvent = parser.position;
  };
  parser.on('doctype', () => {
    throw refuse('it has a document type, which no index needs');
  });
  parser.on('error', (error) => {
    throw refuse(`it is no XML document (${error.message.slice(0, 200)})`);
  });
  parser.on('opentag', (tag: SaxesTagPlain) => {
    seen();
    path.push(localName(tag.name));
    // Only what has no elements in it has a text.
    if (texts.length > 0) texts[texts.length - 1] = '';
    texts.push('');
    if (path.length > MAX_DEPTH) throw refuse('its elements lie too deep in each other');
    handler.open?.(path, tag.attributes);
  });
  const onText = (text: string): void => {
    seen();
    const last = texts.length - 1;
    if (last < 0) return;
    texts[last] += text;
    // Comments divide a text into pieces that are short each.
    if ((texts[last]?.length ?? 0) > MAX_PIECE) throw refuse(LONG_PIECE);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('comment', seen);
  parser.on('closetag', () => {
    seen();
    handler.close?.(path, texts.pop() ?? '');
    path.pop();
  });
  const guarded = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      throw error instanceof HostError ? error : refuse(messageOf(error).slice(0, 200));
    }
  };
  return {
    write(text) {
      guarded(() => parser.write(text));
      if (parser.position - lastEvent > MAX_PIECE) throw refuse(LONG_PIECE);
    },
    end: () => guarded(() => parser.close()),
  };
}

/** Reads a small document at once. */
export function readXml(what: string, text: string, handler: XmlHandler): void {
  const reader = xmlReader(what, handler);
  reader.write(text);
  reader.end();
}
