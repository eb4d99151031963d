import type { StageOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { embeddedVerifierLog, firstWarning, mainWarning, programOf, usefulWarnings } from './libbpf-log.ts';
import { findingOf } from './make-finding.ts';
import { LIBBPF_RULES, VERIFIER_RULES } from './rules.ts';
import { verifierCause } from './verifier-log.ts';

const LOG_BEGIN = /-- BEGIN (?:PROG|BTF) LOAD LOG --/;
const LOG_END = /-- END (?:PROG|BTF) LOAD LOG --/;
const REFUSED_PROGRAM = /^libbpf: prog '([^'\n]+)': (?:BPF program load failed|failed to load)/m;
/** What a loader's own print function may put in front: a time, a level. Source lines in a log of the verifier begin with `;`. */
const LIBBPF = /^(?:[^;\n][^\n]{0,59}?[\s\])])?(?=libbpf: )/;

/** Lines that are reported besides the one that says most, and how much of each. */
const MAX_MORE = 2;
const MAX_LINE = 300;

/** What the output of a loader says about the load, in the words of libbpf and of the verifier. */
export interface Reported {
  /** The line that says most, then the last others of libbpf that say something; undefined where there is none. */
  readonly words: string | undefined;
  readonly finding: Finding | undefined;
}

type Output = Pick<StageOf<'functional'>, 'stdout_head' | 'stdout_tail' | 'stderr_head' | 'stderr_tail'>;

/** The stream that libbpf wrote to, as it writes itself; loaders may send it to either. */
function libbpfText({ stderr_head, stderr_tail, stdout_head, stdout_tail }: Output): string {
  const whole = (head: string | undefined, tail: string): string => (head ? `${head}\n${tail}` : tail);
  const streams = [whole(stderr_head, stderr_tail), whole(stdout_head, stdout_tail)].map((text) =>
    text.split('\n').map((line) => line.replace(LIBBPF, '')),
  );
  const said = streams.find((lines) => lines.some((line) => line.startsWith('libbpf: ') || LOG_END.test(line)));
  return (said ?? streams[0] ?? []).join('\n');
}

/** The verifier's log in the output; its beginning may be cut off with the beginning of the output. */
function verifierLogIn(text: string): string {
  const found = text.search(LOG_END);
  // The line that it is on is not part of the log.
  const end = found < 0 ? -1 : text.lastIndexOf('\n', found) + 1;
  return end >= 0 && !LOG_BEGIN.test(text.slice(0, end)) ? text.slice(0, end) : embeddedVerifierLog(text);
}

/**
 * What our rules make of a loader's output, where it uses libbpf. It is the user's program that wrote it, so that it proves
 * little: low confidence, and no verdict.
 */
export function loaderFailure(output: Output): Reported {
  const text = libbpfText(output);
  const program = REFUSED_PROGRAM.exec(text)?.[1];
  const context = { phase: 'load', origin: 'output of the command', program } as const;
  const cause = verifierCause(VERIFIER_RULES, verifierLogIn(text));
  const said = text
    .split('\n')
    .filter((line) => line.startsWith('libbpf: '))
    .join('\n');
  const warning = firstWarning(LIBBPF_RULES, said);
  const words = wordsOf(cause?.line ?? warning?.line ?? mainWarning(said), usefulWarnings(said));
  if (cause?.match) {
    const found = findingOf(cause.match, { ...context, args: cause.args });
    return { words, finding: { ...found, confidence: 'low' } };
  }
  if (warning === undefined) return { words, finding: undefined };
  const found = findingOf(warning, { ...context, program: programOf(warning.line) ?? program });
  return { words, finding: { ...found, confidence: 'low' } };
}

function wordsOf(main: string | undefined, others: readonly string[]): string | undefined {
  if (main === undefined) return undefined;
  const more = [...new Set(others)].filter((line) => line !== main).slice(-MAX_MORE);
  return [main, ...more].map((line) => line.trim().slice(0, MAX_LINE)).join('; ');
}
