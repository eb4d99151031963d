import type { AlteringProgram } from '../model/altering.ts';
import type { Outcome } from '../model/cell.ts';
import { type Evidence, firstStage, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { oncePer } from '../model/once-per.ts';
import { flag } from '../model/wording.ts';
import { few, MAX_NAMES } from './few.ts';
import { makeFinding } from './make-finding.ts';

/** Names of the programs that the guest set about attaching. */
const attachBegan = oncePer((evidence: Evidence): ReadonlySet<string> => {
  const steps = stagesOf(evidence, 'step').filter(({ phase }) => phase === 'attach');
  const attaches = stagesOf(evidence, 'attach').filter(({ status }) => status !== 'skipped');
  return new Set([...steps.map(({ subject }) => subject), ...attaches.map(({ program }) => program)]);
});

/**
 * Programs of this cell that can alter what is observed, by name, with what they use: those that the guest named before
 * anything was attached, and those that the host knows and the guest set about attaching.
 */
export function alteringIn(evidence: Evidence, read: readonly AlteringProgram[]): ReadonlyMap<string, string[]> {
  const load = firstStage(evidence, 'load');
  if (load?.status !== 'pass') return new Map();
  const found = new Map((load.alters ?? []).map(({ program, uses }) => [program, [...uses]]));
  for (const { name, uses } of read) {
    const reported = found.get(name);
    if (reported || attachBegan(evidence).has(name)) found.set(name, [...new Set([...(reported ?? []), ...uses])]);
  }
  return found;
}

/**
 * Marks a pass of an object that could have altered a part of it. Such programs are attached last, when everything said
 * before has left the guest: that part of the result stands whatever they do. How they were attached themselves, and
 * tests, are observed through what they can alter.
 */
export function withAltering(outcome: Outcome, evidence: Evidence, read: readonly AlteringProgram[]): Outcome {
  if (outcome.status !== 'pass') return outcome;
  const altering = alteringIn(evidence, read);
  const attaches = stagesOf(evidence, 'attach').filter(
    ({ program, status }) => status === 'pass' && altering.has(program),
  );
  const tests = stagesOf(evidence, 'functional');
  if (altering.size === 0 || attaches.length + tests.length === 0) return outcome;
  const names = [...altering.keys()];
  const finding = alterable(names, {
    uses: [...new Set([...altering.values()].flat())].join(', '),
    attaches: few(attaches.map(({ program }) => program)),
    tests: few(tests.map(({ name }) => name)),
  });
  return { ...outcome, findings: [...outcome.findings, finding] };
}

/** The warning about a pass of programs that can alter what is observed. */
function alterable(
  names: readonly string[],
  args: Record<'uses' | 'attaches', string> & Record<string, string>,
): Finding {
  return makeFinding({
    code: 'RESULTS_CAN_BE_ALTERED',
    confidence: 'high',
    phase: 'attach',
    subject: names.length === 1 ? names[0] : undefined,
    programs: names.slice(0, MAX_NAMES),
    args,
  });
}

/**
 * The same where another loader attaches: it does so in its own order, and prints everything at its end, so an object that
 * can alter results can alter all of that. Whether a required program was attached cannot be reported then.
 * @param required whether the manifest requires an attach
 */
export function withPrinted(
  outcome: Outcome,
  evidence: Evidence,
  read: readonly AlteringProgram[],
  required: boolean,
): Outcome {
  if (outcome.status !== 'pass' || read.length === 0) return outcome;
  const names = read.map(({ name }) => name);
  const uses = [...new Set(read.flatMap((one) => one.uses))].join(', ');
  if (required) {
    const who = `${few(names)} can alter what this loader prints (${uses})`;
    const message = `${who}, so it is not known whether required programs were attached; test the object without ${flag('loader')}: then such programs are attached last`;
    return { status: 'infra_error', cause: 'protocol', message };
  }
  const attaches = few(stagesOf(evidence, 'attach').map(({ program }) => program));
  const finding = alterable(names, { reason: 'printed', uses, attaches });
  return { ...outcome, findings: [...outcome.findings, finding] };
}
