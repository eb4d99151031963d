import { conditionsOf, failsByRequest, isUnseen, otherLoader } from './conditions.ts';
import type { EvidenceReport, EvidenceTarget } from './evidence-report.ts';
import {
  type Configuration,
  kernelAnnotations,
  type Mode,
  STATEMENT_TYPE,
  Statement,
  TEST_RESULT,
} from './statement.ts';

/** What a report does not say. */
export interface StatementFacts {
  readonly name: string;
  /** Empty: none. */
  readonly version: string;
  readonly variant: string;
  /** SHA-256 of the report's bytes. */
  readonly reportSha256: string;
  /** Never the same twice. */
  readonly nonce: () => string;
  readonly toolVersion: string;
}

/** A statement, or why a kernel of the report has none. */
export type MadeStatement =
  | { readonly profileId: string; readonly statement: Statement }
  | { readonly profileId: string; readonly skipped: string };

function whyNone(report: EvidenceReport, target: EvidenceTarget): string | undefined {
  const { kernel_identity: kernel, kernel_package: from, status, guest } = target;
  if (report.command !== undefined)
    return 'the verdict is the exit code of a command: it says nothing about one object';
  if (status === 'infra_error') return 'inconclusive: an infrastructure error is not a result';
  if (status === 'skipped' || status === 'inferred') return 'not tested';
  const loader = otherLoader(target);
  if (loader !== undefined) return `loaded by ${loader}: evidence is of libbpf, and each library has its own verdict`;
  if (isUnseen(target)) return 'no program of the object was loaded: nothing was seen of it';
  if (failsByRequest(target))
    return 'it fails for what the manifest or a flag says, and nothing of the object was rejected';
  if (kernel === undefined || guest === undefined)
    return 'the report has no kernel_identity; test again with this version';
  if (kernel.build_id === undefined && !kernel.btf_sha256 && kernel.config_sha256 === undefined)
    return 'the kernel shows neither a build id nor BTF nor a configuration: nothing would match it';
  if ((from?.vmlinuz_sha256 ?? from?.sha256) === undefined) return 'the kernel image has no digest';
  return undefined;
}

/** What it was put through: of a failure, what was tried. */
function modeOf({ validation, functional, status }: EvidenceTarget): Mode {
  if (functional.tests.some((test) => test.status === 'pass')) return 'behavior';
  if (validation.attach_mode === 'disabled') return 'load_only';
  return status === 'pass' && validation.attach_status === 'skipped' ? 'load_only' : 'load_attach';
}

type Lists = Record<'passedTests' | 'warnedTests' | 'failedTests', string[]>;

function testsOf({ programs, functional, validation, status }: EvidenceTarget, conditions: readonly string[]): Lists {
  const lists: Lists = { passedTests: [], warnedTests: [], failedTests: [] };
  const put = (name: string, result: string, needed: boolean): void => {
    if (result === 'pass') lists.passedTests.push(name);
    else if (result === 'fail') lists[needed ? 'failedTests' : 'warnedTests'].push(name);
  };
  put('load', validation.load_status, true);
  for (const one of programs)
    put(`attach:${one.type}/${one.attach_target || one.name}`, one.attach_status, status === 'fail');
  for (const one of functional.tests) put(`functional:${one.name}`, one.status, one.required);
  lists.warnedTests.push(...conditions);
  if (status === 'fail' && lists.failedTests.length === 0) lists.failedTests.push('validation');
  return lists;
}

function resultOf(
  { status, validation }: EvidenceTarget,
  conditions: readonly string[],
): 'PASSED' | 'WARNED' | 'FAILED' {
  if (status !== 'pass') return 'FAILED';
  return validation.attach_status === 'warn' || conditions.length > 0 ? 'WARNED' : 'PASSED';
}

/** https://github.com/package-url/purl-spec, where it is known what kind of package it was. */
function packageUri({ kernel_package: from, kernel_identity: kernel }: EvidenceTarget): string | undefined {
  if (!from || !kernel?.distro || from.vouched_by === 'nobody') return undefined;
  const isRpm = /^https?:/.test(from.archive);
  const arch = isRpm ? kernel.arch : kernel.arch === 'aarch64' ? 'arm64' : 'amd64';
  const [distro, name, version] = [kernel.distro, from.name, from.version].map(encodeURIComponent);
  return `pkg:${isRpm ? 'rpm' : 'deb'}/${distro}/${name}@${version}?arch=${arch}`;
}

function configurationOf(report: EvidenceReport, target: EvidenceTarget, facts: StatementFacts): Configuration[] {
  const { kernel_package: from, kernel_identity: kernel } = target;
  const digest = from?.vmlinuz_sha256 ?? from?.sha256 ?? '';
  const uri = packageUri(target);
  return [
    {
      name: 'kernel',
      ...(uri !== undefined && { uri }),
      digest: { sha256: digest },
      annotations: { ...(kernel && kernelAnnotations(kernel)), bpfcompat_vouchedBy: from?.vouched_by ?? '' },
    },
    { name: 'validator', digest: { sha256: report.validator.sha256 } },
    { name: 'report', digest: { sha256: facts.reportSha256 } },
  ];
}

function summaryOf({ summary, targets }: EvidenceReport) {
  const required = targets.filter((one) => one.required);
  const requiredPassed = required.filter(({ status }) => status === 'pass').length;
  const codes = [...new Set(targets.map((one) => one.classification_code).filter((code) => code !== ''))].sort();
  return { status: summary.status, requiredPassed, requiredFailed: required.length - requiredPassed, codes };
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words.filter((one) => one !== ''))].sort();
}

function extensionOf(report: EvidenceReport, target: EvidenceTarget, facts: StatementFacts) {
  const { guest, core_relocations: core, programs, maps, kernel_facts: inForce } = target;
  const relocated = core !== undefined && core.present + core.absent.length > 0;
  return {
    runId: report.run.id,
    nonce: facts.nonce(),
    name: facts.name,
    ...(facts.version !== '' && { version: facts.version }),
    ...(facts.variant !== '' && { variant: facts.variant }),
    profileId: target.profile_id,
    mode: modeOf(target),
    accel: guest?.accel ?? 'tcg',
    machine: guest?.machine ?? '',
    backend: 'qemu' as const,
    // Every cell has a guest of its own.
    sharedBoot: false,
    sandboxLayers: guest?.sandbox_layers ?? [],
    startedOn: target.started_at,
    finishedOn: target.finished_at,
    toolVersion: facts.toolVersion,
    needs: {
      btf: relocated || programs.some(({ type }) => BTF_PROGRAMS.has(type)),
      mapTypes: unique(maps.map(({ type }) => type)),
      programTypes: unique(programs.map(({ type }) => type)),
    },
    guest: { lockdown: /\[(\w+)\]/.exec(inForce.lockdown)?.[1] ?? '', lsm: inForce.lsm },
    summary: summaryOf(report),
  };
}

/** Programs that are attached by the BTF of the kernel. */
const BTF_PROGRAMS = new Set(['tracing', 'lsm', 'ext', 'struct_ops']);

/** One statement for each kernel of a report that gave a result, and why the others have none. */
export function statementsOf(report: EvidenceReport, facts: StatementFacts): MadeStatement[] {
  return report.targets.map((target) => {
    const skipped = whyNone(report, target);
    if (skipped !== undefined) return { profileId: target.profile_id, skipped };
    const conditions = conditionsOf(target);
    const made = Statement.safeParse({
      _type: STATEMENT_TYPE,
      subject: [{ name: report.artifact.basename, digest: { sha256: report.artifact.sha256 } }],
      predicateType: TEST_RESULT,
      predicate: {
        result: resultOf(target, conditions),
        configuration: configurationOf(report, target, facts),
        ...testsOf(target, conditions),
        bpfcompat: extensionOf(report, target, facts),
      },
    });
    if (made.success) return { profileId: target.profile_id, statement: made.data };
    const [issue] = made.error.issues;
    return { profileId: target.profile_id, skipped: `the report lacks ${issue?.path.join('.')}: ${issue?.message}` };
  });
}
