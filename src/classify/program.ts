import { errnoName } from '../model/errno.ts';
import { type Evidence, firstStage, type StageOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { helper } from './helpers.ts';
import { kernelVersion, olderThan } from './kernel-version.ts';
import { firstWarning, mainWarning } from './libbpf-log.ts';
import { evidenceLine, findingOf, makeFinding } from './make-finding.ts';
import { denied, lockdownLevel, lockedHelper } from './policy.ts';
import { ERRNO_RULES } from './rules/errno.ts';
import { LIBBPF_RULES, VERIFIER_RULES } from './rules.ts';
import { verifierCause, verifierText } from './verifier-log.ts';

type ProgramStage = StageOf<'program'>;

const EPERM = -1;
const EACCES = -13;

/** First kernel that takes the address of a function (bpf_for_each_map_elem, bpf_loop, timers). */
const CALLBACKS_SINCE = '5.13';

/**
 * Why one program did not load. The verifier's own text comes first (an errno next to it says nothing more, EACCES is
 * its ordinary refusal), then libbpf's warnings, then the errno together with what the program asks for.
 */
export function programFinding(stage: ProgramStage, evidence: Evidence): Finding {
  const args = { program: stage.name, section: stage.section, errno: errnoName(stage.errno) };
  const cause = verifierCause(VERIFIER_RULES, verifierText(stage));
  if (cause?.match) {
    const found = findingOf(cause.match, {
      phase: 'load',
      origin: 'verifier log',
      program: stage.name,
      args: { ...args, ...cause.args },
    });
    return confirm(found, evidence);
  }
  if (cause) {
    return makeFinding({
      code: 'VERIFIER_REJECTION',
      confidence: 'medium',
      phase: 'load',
      subject: stage.name,
      args: { ...args, ...cause.args, reason: 'unclassified' },
      evidence: evidenceLine(cause.line, 'verifier log'),
    });
  }
  const warning = firstWarning(LIBBPF_RULES, stage.log);
  if (warning) {
    return confirm(findingOf(warning, { phase: 'load', origin: 'libbpf', program: stage.name, args }), evidence);
  }
  return silentFinding(stage, evidence, args);
}

function silentFinding(stage: ProgramStage, evidence: Evidence, args: Readonly<Record<string, string>>): Finding {
  const text = evidenceLine(mainWarning(stage.log), 'libbpf');
  const common = { phase: 'load', subject: stage.name, evidence: text } as const;
  if (stage.errno === EPERM || stage.errno === EACCES) {
    return denied(evidence.hello, { ...common, errno: errnoName(stage.errno) });
  }
  const facts = firstStage(evidence, 'open')?.programs.find((program) => program.name === stage.name);
  const { release } = evidence.hello.kernel;
  const refusal = {
    errno: stage.errno,
    type: facts?.type ?? '',
    section: stage.section,
    insns: facts?.insns ?? 0,
    release,
  };
  const rule = ERRNO_RULES.find(({ when }) => when(refusal));
  if (!rule) return makeFinding({ ...common, code: 'UNKNOWN', confidence: 'low', args });
  const confidence = rule.confidence === 'high' && kernelVersion(release)?.backports ? 'medium' : rule.confidence;
  return makeFinding({
    ...common,
    code: rule.code,
    confidence,
    args: { ...args, release, reason: rule.reason, ...rule.args(refusal) },
  });
}

/** Holds a text finding against what the guest said about itself: replaces its code or its confidence. */
export function confirm(finding: Finding, evidence: Evidence): Finding {
  const { hello } = evidence;
  switch (finding.code) {
    case 'MISSING_BTF':
      // Its own words are not enough: libbpf also says so when it cannot parse a BTF that is there.
      return hello.btf.vmlinux
        ? { ...finding, args: { ...finding.args, reason: 'malformed', release: hello.kernel.release } }
        : { ...finding, confidence: 'high', args: { ...finding.args, release: hello.kernel.release } };
    case 'ATTACH_TARGET_NOT_FOUND':
      return hello.btf.vmlinux || finding.args['reason'] !== 'btf'
        ? finding
        : {
            ...finding,
            code: 'MISSING_BTF',
            rollup: 'MISSING_BTF',
            args: { ...finding.args, release: hello.kernel.release },
          };
    case 'BTF_INFO_REJECTED':
      return confirmBtfInfo(finding, evidence);
    case 'UNSUPPORTED_HELPER':
    case 'HELPER_NOT_ALLOWED':
      return confirmHelper(finding, evidence);
    default:
      return finding;
  }
}

/**
 * A function that is only passed as a callback is no subprogram to kernels that do not know callbacks: they miscount
 * and blame the object's records, which are fine.
 */
function confirmBtfInfo(finding: Finding, { hello }: Evidence): Finding {
  const miscounted = /^number of funcs in func_info/.test(finding.evidence?.text ?? '');
  if (!miscounted || !olderThan(kernelVersion(hello.kernel.release), CALLBACKS_SINCE)) return finding;
  return {
    ...finding,
    code: 'UNSUPPORTED_INSTRUCTION',
    rollup: 'VERIFIER_REJECTION',
    confidence: 'medium',
    args: { ...finding.args, reason: 'callback', since: CALLBACKS_SINCE, release: hello.kernel.release },
  };
}

function confirmHelper(finding: Finding, { hello }: Evidence): Finding {
  const id = Number(finding.args['id'] ?? Number.NaN);
  const known = Number.isInteger(id) ? helper(id) : undefined;
  const named = known === undefined ? {} : { helper: known.name, since: known.since };
  const args = { ...finding.args, ...named, release: hello.kernel.release };
  if (finding.code === 'HELPER_NOT_ALLOWED' && known && lockedHelper(hello, known.id)) {
    const level = lockdownLevel(hello) ?? '';
    return {
      ...finding,
      code: 'POLICY_DENIED',
      rollup: 'POLICY_DENIED',
      confidence: 'high',
      args: { ...args, reason: 'lockdown', level },
    };
  }
  const agrees = finding.code === 'UNSUPPORTED_HELPER' && olderThan(kernelVersion(hello.kernel.release), known?.since);
  return { ...finding, confidence: agrees ? 'high' : finding.confidence, args };
}
