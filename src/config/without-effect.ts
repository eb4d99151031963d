import type { EnvVariable } from './env.ts';
import { parseBoolean } from './words.ts';

/** Commands that would read a variable; `guests`: all that boot some. */
type Reader = 'serve' | 'agent' | 'runtime' | 'guests';

/** A variable of earlier versions that nothing reads: whoever sets it should not take it for a switch that works. */
interface Row {
  readonly name: string;
  readonly fallback: string;
  /** Of a switch: what it would have to say to be right as it is. */
  readonly is?: boolean;
  readonly category: EnvVariable['Category'];
  readonly readers: readonly Reader[];
  /** What is done instead. */
  readonly instead: string;
}

const AGENT: Omit<Row, 'name'> = {
  fallback: '',
  category: 'Runtime',
  readers: ['agent'],
  instead: 'the agent decides by the evidence it has and calls no server',
};
const SOURCES: Omit<Row, 'name' | 'fallback'> = {
  category: 'Server',
  readers: ['serve'],
  instead: 'C sources are not compiled (422 source_compile_not_supported); send the compiled object',
};
const FIRMWARE: Omit<Row, 'name' | 'fallback'> = {
  category: 'Guests',
  readers: ['guests'],
  instead: 'arm64 guests start their kernel without firmware',
};

const ROWS: readonly Row[] = [
  {
    ...{ name: 'BPFCOMPAT_API_ENABLE_PPROF', fallback: 'false', is: false, category: 'Server', readers: ['serve'] },
    instead: 'nothing is profiled over HTTP (/debug/pprof is 404); use the profilers of Node.js (node --cpu-prof)',
  },
  {
    ...{ name: 'BPFCOMPAT_API_REDACT_RUNTIME_DETAILS', fallback: 'true', is: true },
    ...{ category: 'Server', readers: ['serve'] },
    instead: 'directories of the server are left out of its responses in any case',
  },
  {
    ...{ name: 'BPFCOMPAT_API_RUNTIME_EXECUTE_REQUIRE_POLICY', fallback: 'false', is: true },
    ...{ category: 'Server', readers: ['serve'] },
    instead: 'the policy is needed in any case',
  },
  {
    ...{ name: 'BPFCOMPAT_API_RUNTIME_EXECUTE_WORKER_BINARY', fallback: '', category: 'Server', readers: ['serve'] },
    instead: 'the agent is another process, and the server starts none',
  },
  { ...SOURCES, name: 'BPFCOMPAT_API_SOURCE_COMPILE_ALLOW_EXTRA_FLAGS', fallback: 'false', is: false },
  { ...SOURCES, name: 'BPFCOMPAT_API_SOURCE_COMPILE_TIMEOUT', fallback: '30s' },
  {
    ...{ name: 'BPFCOMPAT_FETCH_ALLOW_FILE_URI', fallback: 'false', is: false, category: 'Runtime' },
    readers: ['serve', 'agent', 'runtime'],
    instead:
      'objects come from the store, or from a file, directory or image that is named, and from no file:// address',
  },
  { ...AGENT, name: 'BPFCOMPAT_AGENT_REGISTRY_TOKEN' },
  { ...AGENT, name: 'BPFCOMPAT_AGENT_IDENTITY_TOKEN' },
  { ...FIRMWARE, name: 'BPFCOMPAT_AARCH64_UEFI_CODE', fallback: '/usr/share/AAVMF/AAVMF_CODE.fd' },
  { ...FIRMWARE, name: 'BPFCOMPAT_AARCH64_UEFI_VARS', fallback: '/usr/share/AAVMF/AAVMF_VARS.fd' },
  {
    ...{ name: 'BPFCOMPAT_ALLOW_VVFAT_SEED', fallback: 'false', is: false, category: 'Guests', readers: ['guests'] },
    instead: 'seeds are disk images that need no tool of this machine',
  },
  {
    ...{ name: 'BPFCOMPAT_ENABLE_RHCOS', fallback: 'false', is: false, category: 'Guests', readers: ['guests'] },
    instead: 'a kernel of RHCOS needs a profile with the directory of its packages (docs/kernels.md)',
  },
];

/** Rows of the catalog of variables. Their default is what earlier versions had. */
export const WITHOUT_EFFECT_ROWS: readonly EnvVariable[] = ROWS.map(({ name, fallback, category, instead }) => ({
  Name: name,
  Default: fallback,
  Description: `accepted without effect: ${instead}`,
  Category: category,
}));

/** Commands that only print what is known without a file or a kernel. */
const PRINTING: ReadonlySet<string> = new Set(['help', 'env', 'version', 'completion', 'man']);

/** Which of the variables that are set will not do what they say. @param command as it is typed: `agent plan` */
export function notesWithoutEffect(command: string, env: Readonly<Record<string, string | undefined>>): string[] {
  if (PRINTING.has(command)) return [];
  const [first = ''] = command.split(' ');
  const reader = ['serve', 'agent', 'runtime'].includes(first) ? first : 'guests';
  return ROWS.flatMap(({ name, is, readers, instead }) => {
    const word = env[name] ?? '';
    const isRight = word === '' || (is !== undefined && parseBoolean(word) === is);
    return isRight || !readers.some((one) => one === reader) ? [] : [`${name} has no effect: ${instead}`];
  });
}
