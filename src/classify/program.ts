import { errnoName } from '../model/errno.ts';
import { type Evidence, type StageOf, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { blameGuess } from './inner-guess.ts';
import { nameFinding } from './kernel-name.ts';
import { firstWarning, mainWarning } from './libbpf-log.ts';
import { evidenceLine, findingBy, findingOf, makeFinding, recode } from './make-finding.ts';
import { denied } from './policy.ts';
import { probedFinding } from './program-probes.ts';
import { callsItself } from './recursion.ts';
import { refine } from './refine.ts';
import { explainRejection } from './rejection.ts';
import { openedProgram } from './reported-programs.ts';
import { ERRNO_RULES } from './rules/errno.ts';
import { LIBBPF_RULES, VERIFIER_RULES } from './rules.ts';
import { verifierCause, verifierText } from './verifier-log.ts';

type ProgramStage = StageOf<'program'>;

const EPERM = -1;
const EACCES = -13;

/** Why programs of some evidence did not load, by their stages. */
export type ProgramCauses = ReadonlyMap<ProgramStage, Finding>;

/** Looks into the programs that failed, one per step: a result may have 2048 of them, with logs of megabytes. */
export function* programCauses(evidence: Evidence): Generator<void, ProgramCauses> {
  const causes = new Map<ProgramStage, Finding>();
  for (const stage of stagesOf(evidence, 'program')) {
    if (stage.status !== 'fail') continue;
    causes.set(stage, causeOf(stage, evidence));
    yield;
  }
  return causes;
}

/** Why one program did not load. @param known what was found out about this evidence before */
export function programFinding(stage: ProgramStage, evidence: Evidence, known: ProgramCauses | undefined): Finding {
  return known?.get(stage) ?? causeOf(stage, evidence);
}

/**
 * The verifier's own text comes first (an errno next to it says nothing more, EACCES is its ordinary rejection), then libbpf's
 * warnings, then the errno together with what the program needs.
 */
function causeOf(stage: ProgramStage, evidence: Evidence): Finding {
  const args = { program: stage.name, section: stage.section, errno: errnoName(stage.errno) };
  const cause = verifierCause(VERIFIER_RULES, verifierText(stage));
  if (cause?.match) {
    const found = findingOf(cause.match, {
      phase: 'load',
      origin: 'verifier log',
      program: stage.name,
      args: { ...args, ...cause.args },
    });
    const log = verifierText(stage);
    const explained = explainRejection(withoutRecursion(found, log), stage, log, evidence);
    return blameGuess(refine(explained, evidence), log, evidence);
  }
  if (cause) {
    return makeFinding({
      code: 'VERIFIER_REJECTION',
      confidence: 'medium',
      phase: 'load',
      subject: stage.name,
      args: { ...args, ...cause.args, said: cause.line, reason: 'unclassified' },
      evidence: evidenceLine(cause.line, 'verifier log'),
    });
  }
  const warning = firstWarning(LIBBPF_RULES, stage.log);
  if (warning) {
    return refine(findingOf(warning, { phase: 'load', origin: 'libbpf', program: stage.name, args }), evidence);
  }
  return silentFinding(stage, evidence, args);
}

/** Calls that are too deep because a function calls itself are not about the stack. */
function withoutRecursion(finding: Finding, log: string): Finding {
  const deep = finding.code === 'STACK_LIMIT' && /^the call stack of /.test(finding.evidence?.text ?? '');
  if (!deep || !callsItself(log)) return finding;
  return recode(finding, 'VERIFIER_REJECTION', { args: { reason: 'structure', recursion: 'true' } });
}

function silentFinding(stage: ProgramStage, evidence: Evidence, args: Readonly<Record<string, string>>): Finding {
  const text = evidenceLine(mainWarning(stage.log), 'libbpf');
  const common = { phase: 'load', subject: stage.name, evidence: text } as const;
  if (stage.errno === EPERM || stage.errno === EACCES) {
    return denied(evidence.hello, { ...common, errno: errnoName(stage.errno) });
  }
  const named = nameFinding('program', stage.name, stage.errno, common);
  if (named) return named;
  const probed = probedFinding(stage, evidence, text);
  if (probed) return probed;
  const facts = openedProgram(evidence, stage.name);
  const { release } = evidence.hello.kernel;
  const rejection = {
    errno: stage.errno,
    type: facts?.type ?? '',
    section: stage.section,
    insns: facts?.insns ?? 0,
    release,
  };
  const rule = ERRNO_RULES.find(({ when }) => when(rejection));
  if (!rule) return makeFinding({ ...common, code: 'UNKNOWN', confidence: 'low', args });
  const { code, reason, confidence } = rule;
  return findingBy(code, { ...common, confidence, args: { ...args, release, reason, ...rule.args(rejection) } });
}
