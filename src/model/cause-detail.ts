type Args = Readonly<Record<string, string>>;

/**
 * Arguments that make another cause, of codes under which anything can be: what a library, a command or a test reports is
 * known by its own words alone, since there is no map, program or function that they are about.
 */
const DETAILS: Readonly<Record<string, readonly string[]>> = {
  LOADER_REJECTED: ['loader', 'reason', 'error'],
  COMMAND_VALIDATION_FAILURE: ['reason', 'exit_code', 'signal'],
  VALIDATOR_CRASH: ['signal', 'step'],
  UNKNOWN: ['errno', 'error'],
  // Files and maps are rejected for one of many things.
  INVALID_OBJECT: ['reason'],
  OBJECT_NOT_LIBBPF_COMPATIBLE: ['reason'],
  MAP_CREATE_FAILED: ['errno'],
  POLICY_DENIED: ['reason'],
  LOADER_CONTRACT: ['reason'],
};

/** Addresses and numbers of file descriptors differ from guest to guest. */
const UNSTEADY = /0x[0-9a-f]+|\bfd \d+/gi;

const MAX_DETAIL = 300;

function line(words: readonly string[]): string[] {
  const steady = words.map((word) => word.replace(UNSTEADY, '#').slice(0, MAX_DETAIL));
  return steady.some((word) => word !== '') ? [JSON.stringify(steady)] : [];
}

/** What of a test does not hold: each expectation is a failure of its own, and so is each exit code of its command. */
function testLines({ reason = '', kind = '', expected_of = '', exit_code = '', ...args }: Args): string[] {
  if (reason !== 'expectation') return line(reason === 'failed' ? [reason, exit_code] : [reason]);
  const also = Object.entries(args).filter(([key]) => /^also_\d+$/.test(key));
  const others = also.flatMap(([, text]) => line([reason, ...text.split(/ (.*)/s).slice(0, 2)]));
  return [...line([reason, kind, expected_of]), ...others];
}

/** Why each program of a group is not loaded. */
function groupLines({ causes = '' }: Args): string[] {
  return causes.split('\n').flatMap((one) => line([one]));
}

/** How the line of a rejection begins that no rule of ours knows. */
const UNCLASSIFIED = '["unclassified",';

/**
 * Other kernels of a run may show that newer ones accept what this one says; what it says stays the same. Numbers of registers
 * and instructions are those of one build.
 */
function rejectionLines({ reason = '', proof = '', said = '' }: Args): string[] {
  const why = reason === 'verifier_precision' ? proof : reason;
  if (why !== 'unclassified') return line([why]);
  return said === '' ? [] : line([why, said.replace(/0x[0-9a-f]+|\d+/gi, '#')]);
}

/** The kernel's log has gained other marks than before. */
function warningLines({ reason = '', line: words = '' }: Args): string[] {
  return line(reason === 'tainted' ? [reason, words] : [reason]);
}

/** Beside how a response broke off, what of it is not known differs with the words; numbers in them do with each guest. */
function unreliableLines({ reason = '', why = '' }: Args): string[] {
  return line([reason, reason === 'left_out' ? why : why.replace(/0x[0-9a-f]+|\d+/gi, '#')]);
}

const SPECIAL: Readonly<Record<string, (args: Args) => string[]>> = {
  FUNCTIONAL_TEST_FAILURE: testLines,
  VERIFIER_REJECTION: rejectionLines,
  // A warning is not an oops. Where it stood differs between builds.
  KERNEL_WARNING: warningLines,
  RESPONSE_UNRELIABLE: unreliableLines,
  NO_VARIANT_LOADS: groupLines,
};

/**
 * What else makes a cause the same one, besides code, subject and program: one line for each thing that failed. undefined for
 * codes where these say it all, and where nothing more is known.
 * @param args of the finding, as its report has them
 */
export function causeDetail(code: string, args: Args): string | undefined {
  const keys = Object.hasOwn(DETAILS, code) ? DETAILS[code] : undefined;
  const special = Object.hasOwn(SPECIAL, code) ? SPECIAL[code] : undefined;
  const lines = special?.(args) ?? line((keys ?? []).map((key) => args[key] ?? ''));
  return lines.length === 0 ? undefined : lines.join('\n');
}

/**
 * Whether everything that failed now failed before. What one of two reports does not say is the same, and a rule that came since may
 * know what no rule knew before.
 * @param before detail of the older cause
 */
export function isDetailKnown(before: string | undefined, now: string | undefined): boolean {
  if (before === undefined || now === undefined) return true;
  const known = new Set(before.split('\n'));
  const open = [...known].some((one) => one.startsWith(UNCLASSIFIED));
  return now.split('\n').every((one) => known.has(one) || (open && !one.startsWith(UNCLASSIFIED)));
}
