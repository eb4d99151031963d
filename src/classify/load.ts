import { errnoName } from '../model/errno.ts';
import { type Evidence, firstStage, type StageOf, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { embeddedVerifierLog, firstWarning, hasProgramLog, libbpfLines, mainWarning, programOf } from './libbpf-log.ts';
import { evidenceLine, findingOf, makeFinding, mergeFindings } from './make-finding.ts';
import { type MapRejection, mapFinding, mapRejections } from './map.ts';
import { denied } from './policy.ts';
import { type ProgramCauses, programFinding } from './program.ts';
import { refine } from './refine.ts';
import { failedProgram, openedProgram, programKey } from './reported-programs.ts';
import { MAP_INIT_FAILED, MAP_REFUSED } from './rules/kernel.ts';
import { LIBBPF_RULES, VERIFIER_RULES } from './rules.ts';
import { verifierCause } from './verifier-log.ts';

/** Why libbpf could not open the object at all. */
export function openFindings(evidence: Evidence, open: StageOf<'open'>): Finding[] {
  const warning = firstWarning(LIBBPF_RULES, open.log);
  if (warning) {
    const program = programOf(warning.line);
    return [refine(findingOf(warning, { phase: 'open', origin: 'libbpf', program }), evidence)];
  }
  const text = mainWarning(open.log) ?? (open.error || undefined);
  const common = { phase: 'open', evidence: evidenceLine(text, 'libbpf') } as const;
  const errno = errnoName(open.errno);
  // ENOEXEC and libbpf's own format numbers: it is not an object, whatever the words are.
  const badFile = [-8, -4000, -4001, -4003].includes(open.errno);
  if (badFile)
    return [
      makeFinding({ ...common, code: 'INVALID_OBJECT', confidence: 'medium', args: { reason: 'not_elf', errno } }),
    ];
  return [makeFinding({ ...common, code: 'UNKNOWN', confidence: 'low', args: { errno, error: open.error } })];
}

/**
 * Why the object did not load: rejected maps first (every program that uses one fails after it), then one finding per
 * program that failed, then what was said about the object as a whole. Programs that libbpf leaves out of the load do
 * not decide and are not looked at.
 * @param known causes of programs that were found out before
 */
export function loadFindings(evidence: Evidence, load: StageOf<'load'>, known: ProgramCauses | undefined): Finding[] {
  const rejections = mapRejections(evidence);
  const maps = rejections
    .filter((rejection) => !isConsequence(rejection, evidence))
    .map((one) => mapFinding(one, evidence));
  const optional = new Set(
    firstStage(evidence, 'open')
      ?.programs.filter((program) => !program.autoload)
      .map(programKey),
  );
  const programs = stagesOf(evidence, 'program')
    .filter((stage) => stage.status === 'fail' && !optional.has(programKey(stage)))
    // A program that only says "my map is not there" adds nothing to the finding of that map.
    .filter((stage) => maps.length === 0 || !blamesMap(stage))
    .map((stage) => programFinding(stage, evidence, known));
  const causes = programs.filter((finding) => !followsFromMap(finding, maps));
  const found = mergeFindings([...maps, ...causes]);
  return found.length > 0 ? found : [objectFinding(evidence, load)];
}

/** A program that has no place without a map, where that map is what the kernel rejected. */
function followsFromMap({ code, args }: Finding, maps: readonly Finding[]): boolean {
  if (args['reason'] === 'struct_ops_unreferenced') return maps.some((map) => map.args['type'] === 'struct_ops');
  return maps.length > 0 && code === 'MAP_CREATE_FAILED';
}

/**
 * libbpf could not put a program into a program array because that program itself did not load, or because another one was
 * tried without it: the finding of a program is the cause.
 */
function isConsequence({ init, line = '' }: MapRejection, evidence: Evidence): boolean {
  const program = /to prog '([^']+)' fd=-\d+/.exec(line)?.[1];
  if (!init || program === undefined) return false;
  if (failedProgram(evidence, program) !== undefined) return true;
  const autoloaded = openedProgram(evidence, program)?.autoload ?? false;
  return autoloaded && stagesOf(evidence, 'program').some(({ status }) => status === 'fail');
}

/** The load ended before this program reached the kernel, over a map. */
function blamesMap(stage: StageOf<'program'>): boolean {
  // What the kernel says of types that it does not take, as those of a map with a bad name, is not about the program.
  if (stage.verifier_log_head !== '' || stage.verifier_log_tail !== '' || hasProgramLog(stage.log)) return false;
  const lines = libbpfLines(stage.log);
  return lines.length === 0 || lines.some((line) => MAP_REFUSED.test(line) || MAP_INIT_FAILED.test(line));
}

/** No program failed on its own, so the words of the whole load decide. */
function objectFinding(evidence: Evidence, load: StageOf<'load'>): Finding {
  const program = /prog '([^']+)': (?:BPF program load failed|failed to load)/.exec(load.log)?.[1];
  const args = { program, errno: errnoName(load.errno), error: load.error };
  const cause = verifierCause(VERIFIER_RULES, embeddedVerifierLog(load.log));
  if (cause?.match) {
    return refine(
      findingOf(cause.match, { phase: 'load', origin: 'verifier log', program, args: { ...args, ...cause.args } }),
      evidence,
    );
  }
  const warning = firstWarning(LIBBPF_RULES, load.log);
  if (warning) {
    const subject = programOf(warning.line) ?? program;
    return refine(findingOf(warning, { phase: 'load', origin: 'libbpf', program: subject, args }), evidence);
  }
  const text = evidenceLine(
    cause?.line ?? mainWarning(load.log) ?? (load.error || undefined),
    cause ? 'verifier log' : 'libbpf',
  );
  const common = { phase: 'load', subject: program, evidence: text } as const;
  if (cause) {
    return makeFinding({
      ...common,
      code: 'VERIFIER_REJECTION',
      confidence: 'medium',
      args: { ...args, said: cause.line, reason: 'unclassified' },
    });
  }
  if (load.errno === -1) return denied(evidence.hello, { ...common, errno: args.errno });
  if (load.errno === -12) return makeFinding({ ...common, code: 'OUT_OF_MEMORY', confidence: 'medium', args });
  return makeFinding({ ...common, code: 'UNKNOWN', confidence: 'low', args });
}
