import { type Evidence, firstStage, type Shim } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { shimsOf } from '../model/shims.ts';
import { evidenceLine, recode } from './make-finding.ts';

const HASH_GUESS = /^inner map hash with key \d+, value (\d+),/;
const VALUE_ACCESS = /^invalid access to map value, value_size=(\d+) off=(-?\d+) size=(\d+)$/;
const OTHER_TYPE = /^cannot pass map_type (\d+) into func (\w+)#\d+$/;
const HASH = '1';
const RINGBUF = '27';

/** The last line of a log that a pattern knows, with what it caught. */
function lastLine(log: string, pattern: RegExp): RegExpExecArray | undefined {
  const line = log.split('\n').findLast((text) => pattern.test(text.trimEnd()));
  return line === undefined ? undefined : (pattern.exec(line.trimEnd()) ?? undefined);
}

function guessesIn(shims: readonly Shim[]): readonly Shim[] {
  return shims.filter(({ kind, errno }) => kind === 'inner_map' && errno === 0);
}

/**
 * A rejection over the map that the validator made in place of an inner map which the object does not describe: nothing is
 * wrong with the program. The validator fits its guess to what programs read; what is left is of another type or too large.
 * Programs that the object leaves out were tried with the guess as it was before.
 * @param log the whole text of the verifier about the program
 */
export function blameGuess(finding: Finding, log: string, evidence: Evidence): Finding {
  const atLast = guessesIn(shimsOf(evidence));
  return (
    blamed(finding, log, atLast) ??
    blamed(finding, log, guessesIn(firstStage(evidence, 'open')?.shims ?? [])) ??
    finding
  );
}

function blamed(finding: Finding, log: string, guesses: readonly Shim[]): Finding | undefined {
  const [guess] = guesses;
  if (!guess) return undefined;
  const hash = HASH_GUESS.exec(guess.detail);
  const access = lastLine(log, VALUE_ACCESS);
  const other = lastLine(log, OTHER_TYPE);
  const byValue = hash !== null && access?.[1] === hash[1];
  const byType = other?.[1] === (hash ? HASH : RINGBUF);
  if (!byValue && !byType) return undefined;
  const size = byValue ? String(Number(access?.[2]) + Number(access?.[3])) : undefined;
  const reported = recode(finding, 'LOADER_CONTRACT', {
    confidence: 'high',
    subject: guesses.map(({ subject }) => subject).join(', '),
    args: {
      reason: 'inner_map',
      map: guess.subject,
      guess: guess.detail,
      size,
      callee: byValue ? undefined : other?.[2],
    },
  });
  return { ...reported, evidence: evidenceLine((byValue ? access : other)?.[0], 'verifier log') };
}
