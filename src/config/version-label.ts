/** A word of the command line that names objects of one of several versions. */
export interface Versioned {
  readonly label: string;
  readonly word: string;
}

const LABELED = /^([A-Za-z0-9][\w.-]{0,31})=(.+)$/;

/** `old` and `build/x.bpf.o` of `old=build/x.bpf.o`; undefined for a word without a label. */
export function versioned(text: string): Versioned | undefined {
  const [, label, word] = LABELED.exec(text) ?? [];
  return label === undefined || word === undefined ? undefined : { label, word };
}
