import type { Outcome } from '../model/cell.ts';
import type { Finding } from '../model/finding.ts';
import { nameList } from '../model/name-list.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { withArgs } from './make-finding.ts';

const NO_PREALLOC = 1;
const HASHES: ReadonlySet<string> = new Set(['hash', 'percpu_hash', 'hash_of_maps']);
const TRACING: ReadonlySet<string> = new Set(['kprobe', 'tracepoint', 'raw_tracepoint', 'perf_event', 'tracing']);

/** Maps that allocate memory while a tracing program of the object runs. */
function mapsOf({ maps, programs }: ObjectFacts): string[] {
  const used = new Set(programs.filter(({ kind }) => TRACING.has(kind.type)).flatMap((program) => program.maps));
  return maps
    .filter(({ name, type, flags }) => used.has(name) && HASHES.has(type) && (flags & NO_PREALLOC) !== 0)
    .map(({ name }) => name);
}

function named(finding: Finding, facts: ObjectFacts): Finding {
  if (finding.code !== 'KERNEL_WARNING' || finding.args['reason'] !== 'run_time_map') return finding;
  const [first, ...others] = mapsOf(facts);
  if (first === undefined) return finding;
  return { ...withArgs<'KERNEL_WARNING'>(finding, { map: nameList([first, ...others]) }), subject: first };
}

/** The kernel warns of maps that are not preallocated and names none: those of the object that it can mean. */
export function withRunTimeMaps(outcome: Outcome, facts: ObjectFacts): Outcome {
  if (outcome.status !== 'pass' && outcome.status !== 'fail') return outcome;
  return { ...outcome, findings: outcome.findings.map((finding) => named(finding, facts)) };
}
