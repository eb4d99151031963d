/**
 * Arguments that make another cause, of codes under which anything can be: what a library, a command or a test reports is
 * known by its own words alone, since there is no map, program or function that they are about.
 */
const DETAILS: Readonly<Record<string, readonly string[]>> = {
  LOADER_REJECTED: ['loader', 'reason', 'error'],
  COMMAND_VALIDATION_FAILURE: ['reason', 'exit_code', 'signal'],
  FUNCTIONAL_TEST_FAILURE: ['reason', 'kind', 'expected_of'],
  VALIDATOR_CRASH: ['signal', 'step'],
  UNKNOWN: ['errno', 'error'],
};

/** Addresses and numbers of file descriptors differ from guest to guest. */
const UNSTEADY = /0x[0-9a-f]+|\bfd \d+/gi;

const MAX_DETAIL = 300;

/**
 * What else makes a cause the same one, besides code, subject and program; undefined for codes where these say it all.
 * @param args of the finding, as its report has them
 */
export function causeDetail(code: string, args: Readonly<Record<string, string>>): string | undefined {
  const keys = Object.hasOwn(DETAILS, code) ? DETAILS[code] : undefined;
  const words = (keys ?? []).map((key) => (args[key] ?? '').replace(UNSTEADY, '#').slice(0, MAX_DETAIL));
  return words.some((word) => word !== '') ? JSON.stringify(words) : undefined;
}
