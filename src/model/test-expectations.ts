/** What a test may expect of the guest without any shell: looked at by the validator itself while the links live. */
export interface TestExpectations {
  readonly maps: readonly MapExpectation[];
  readonly variables: readonly VariableExpectation[];
  readonly events: readonly EventExpectation[];
  readonly run: readonly RunExpectation[];
}

/** Bytes as lower-case hex digits, two per byte. */
export type HexBytes = string;

/** The bytes of a text in UTF-8. */
export function hexOf(text: string): HexBytes {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A map, looked at after the command of the test (if any) and the runs. All that is given must hold. */
export interface MapExpectation {
  readonly map: string;
  /** Key to look up, which must be there; undefined: the map as a whole is meant. */
  readonly key: HexBytes | number | undefined;
  /**
   * Value the entry must have; a number is held against values of 1, 2, 4 and 8 bytes. Per-CPU values are added up, and
   * where no key is given, those of all entries.
   */
  readonly value: HexBytes | number | undefined;
  /** The value as a number, and the sum of the values where no key is given, is at least this. */
  readonly min: number | undefined;
  /** The value is larger after the test than before it. */
  readonly grows: boolean;
  /** The map has at least this many entries; those of an array count when they are not all zero. */
  readonly minEntries: number | undefined;
  /** `file:line:column` of where it is expected; undefined when no file says so. */
  readonly origin?: string | undefined;
}

/** A global variable of the object, looked at like an entry of a map. */
export interface VariableExpectation {
  /** `v`, `v.member` or `v[3]`. */
  readonly variable: string;
  readonly value: HexBytes | number | undefined;
  readonly min: number | undefined;
  readonly grows: boolean;
  readonly origin?: string | undefined;
}

/** Records of a ring buffer or perf event array, or a line of trace_pipe. */
export type EventExpectation =
  | {
      readonly source: 'map';
      readonly map: string;
      /** Records that must arrive, 1 to 10 000; with `contains` only those that have it somewhere count. */
      readonly min: number;
      readonly contains: HexBytes | undefined;
      readonly origin?: string | undefined;
    }
  | { readonly source: 'trace_pipe'; readonly min: number; readonly contains: string };

/** BPF_PROG_TEST_RUN, in the words of libbpf's bpf_test_run_opts. */
export interface RunExpectation {
  readonly program: string;
  readonly dataIn: HexBytes;
  readonly ctxIn: HexBytes;
  readonly repeat: number;
  /** Compared as 32 bits; undefined: any return value will do. */
  readonly retval: number | undefined;
  readonly dataOut: HexBytes | undefined;
  readonly origin?: string | undefined;
}
