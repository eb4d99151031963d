/** Name of the work directory where no one chooses another one. */
export const WORK_DIRECTORY = '.bpfcompat';

/** Where `check` puts its reports where no one chooses another place. */
export const REPORT_DIRECTORY = 'bpfcompat-report';

/** Directories in a work directory, whatever its name is. */
export const WORK_PARTS: readonly string[] = [
  ...['execute-queue', 'jobs', 'keys', 'objects', 'registry', 'runs', 'suites'],
  // Of the runtime track.
  ...['runtime-audit', 'runtime-audit/decisions', 'runtime-runs', 'runtime-selected'],
  ...['store', 'store/blobs', 'store/blobs/sha256', 'store/bundles'],
];

/** The private key in `keys`; where it is, there is a work directory. */
export const SIGNING_KEY = 'artifact-registry-signing-key.ed25519';
