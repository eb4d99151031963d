import { firstStage } from '../model/evidence.ts';
import type { Expected } from '../model/gate.ts';
import { inferredText } from '../model/inferred.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import { suppliedBtfMarkdown } from './btf.ts';
import { commandLines } from './command.ts';
import { baselineLines } from './compare-markdown.ts';
import { code, codeCell, fence, md } from './escape.ts';
import { fixupWords } from './fixups.ts';
import { functionalLines } from './functional.ts';
import { MARKS } from './legend.ts';
import { loadersMarkdown } from './loaders.ts';
import { findingsLines } from './markdown-finding.ts';
import { marginLines } from './markdown-margins.ts';
import { predictionLines } from './markdown-prediction.ts';
import { table } from './markdown-table.ts';
import { modulesMarkdown } from './modules.ts';
import { profileName } from './names.ts';
import { shimsMarkdown } from './shims.ts';
import { statusText } from './status-text.ts';
import { supportRange } from './support-range.ts';
import { variantsMarkdown } from './variants.ts';
import { versionsMarkdown } from './versions.ts';
import { type ProgramView, type TargetView, targetViews } from './view.ts';

/** `yes`, `no`, or nothing when the guest did not say. */
function btfWord(view: TargetView): string {
  return view.evidence === undefined ? '' : view.evidence.hello.btf.vmlinux ? 'yes' : 'no';
}

/** What a target is filed under: its classification, or fixed words for one without a code. */
function className(view: TargetView): string {
  if (view.primary) return view.primary.rollup;
  return view.outcome.status === 'skipped' ? 'UNSUPPORTED_TRANSPORT' : '';
}

/** Why there is no result; empty when there is one. */
export function inconclusiveReason({ outcome }: TargetView): string {
  if (outcome.status === 'infra_error') return outcome.message;
  if (outcome.status === 'inferred') return inferredText(outcome.inference);
  return outcome.status === 'skipped' ? outcome.reason : '';
}

function stageWord({ outcome }: TargetView): string {
  if (outcome.status === 'fail') return outcome.failedStage;
  return outcome.status === 'infra_error' ? 'infra' : outcome.status === 'skipped' ? 'transport' : '';
}

function targetRow(view: TargetView): string[] {
  const { profile, required } = view.target;
  return [
    `${md(profileName(profile))} ${codeCell(profile.id)}`,
    md(`${profile.distro} ${profile.version} ${profile.kernelFamily} ${profile.arch}`),
    codeCell(view.evidence?.hello.kernel.release ?? ''),
    statusText(view.outcome.status, view.findings, view.fixups),
    stageWord(view),
    required ? 'yes' : 'no',
    btfWord(view),
    view.functional?.status ?? '',
    className(view),
    view.primary?.confidence ?? (view.outcome.status === 'skipped' ? 'high' : ''),
    md(inconclusiveReason(view)),
  ];
}

const COLUMNS = [
  'Profile',
  'Profile Env',
  'Host Kernel',
  'Status',
  'Failed Stage',
  'Required',
  'BTF',
  'Functional',
  'Classification',
  'Confidence',
  'Infra Error',
];

function programRow(program: ProgramView): string[] {
  const { attach } = program;
  const how = [attach?.method, attach?.target].filter((word) => word).join(' ');
  return [
    codeCell(program.name),
    codeCell(program.section),
    program.load,
    program.verifiedInsns > 0 ? String(program.verifiedInsns) : '',
    attach?.status ?? '',
    md(attach?.status === 'skipped' ? attach.reason : how),
  ];
}

function logBlocks(view: TargetView): string[] {
  return view.programs
    .filter((program) => program.logTail !== '')
    .flatMap((program) => ['', `Verifier log of ${code(program.name)} (end):`, '', fence(program.logTail)]);
}

function targetDetails(view: TargetView, { command }: RunReport, declared: Expected | undefined): string[] {
  const { target, result, evidence } = view;
  const open = evidence && firstStage(evidence, 'open');
  const lines = [`### ${md(profileName(target.profile))} ${code(target.profile.id)}`, ''];
  const optional = target.required ? '' : ' (optional)';
  const fixups = view.fixups > 0 ? `, ${fixupWords(view.fixups)}` : '';
  const became = { failed: ', as declared', passed: `; ${MARKS.passed}` } as const;
  const expected = declared?.met === 'failed' || declared?.met === 'passed' ? became[declared.met] : '';
  lines.push(`- Status: ${statusText(view.outcome.status, view.findings)}${optional}${fixups}${expected}`);
  if (inconclusiveReason(view) !== '') lines.push(`- Inconclusive: ${md(inconclusiveReason(view))}`);
  if (evidence) lines.push(`- Kernel: ${code(evidence.hello.kernel.release)}, BTF ${btfWord(view)}`);
  if (result?.kernel) {
    const { name, version, suite, archive } = result.kernel.package;
    lines.push(`- Package: ${code(`${name} ${version}`)} from ${md(suite || archive)}`);
  }
  if (result?.guest) {
    const { lane, channel, accel, accelReason, qemuVersion, machine } = result.guest;
    const by = qemuVersion === '' ? machine : `QEMU ${qemuVersion}`;
    const over = channel === 'virtio-serial' ? '' : ` over ${md(channel)}`;
    lines.push(`- Guest: ${md(lane)} lane${over}, ${accel.toUpperCase()} (${md(accelReason)}), ${md(by)}`);
  }
  if (result) {
    const { prepareMs, bootMs, runMs, totalMs } = result.timings;
    lines.push(
      `- Time: prepare ${seconds(prepareMs)}, boot ${seconds(bootMs)}, run ${seconds(runMs)}, total ${seconds(totalMs)}`,
    );
  }
  if (view.load !== undefined) lines.push(`- Load: ${view.load}; attach: ${view.attach?.status ?? 'skipped'}`);
  const shims = shimsMarkdown(evidence);
  if (shims !== undefined) lines.push(shims);
  lines.push(...suppliedBtfMarkdown(result?.btf));
  lines.push(...modulesMarkdown(result?.modules));
  lines.push(...variantsMarkdown(evidence));
  if (open && open.maps.length > 0) {
    const maps = open.maps.slice(0, 50).map(({ name, type }) => `${code(name)} (${md(type)})`);
    lines.push(`- Maps: ${maps.join(', ')}`);
  }
  if (view.findings.length > 0) lines.push('', ...findingsLines(view.findings, declared?.causes));
  if (view.programs.length > 0) {
    lines.push('', ...table(['Program', 'Section', 'Load', 'Insns', 'Attach', 'How'], view.programs.map(programRow)));
  }
  return [...lines, ...functionalLines(view, command), ...logBlocks(view), ''];
}

/** `1.2 s`. */
function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** The Markdown report of one artifact. */
export function reportMarkdown(run: RunReport, artifact: number, verdict: Verdict): string {
  const subject = run.artifacts[artifact];
  if (!subject) throw new RangeError(`the run has no artifact number ${artifact}`);
  const views = targetViews(run, artifact);
  const notes = [...verdict.reasons, ...run.notes];
  const baseline = run.baseline?.[artifact];
  const lines = [
    '# bpfcompat Compatibility Report',
    '',
    `- Run ID: ${code(run.runId)}`,
    `- Started: ${run.startedAt}`,
    `- Status: **${verdict.status}**`,
    `- Artifact: ${code(subject.basename)}`,
    `- SHA-256: ${subject.sha256 === '' ? 'none, it was not read' : code(subject.sha256)}`,
    ...commandLines(run),
    `- Matrix: ${md(run.matrix.name || run.matrix.path)}`,
    `- Profiles: ${run.targets.map(({ profile }) => code(profile.id)).join(', ')}`,
    `- Support: ${md(supportRange(views, run.known).text, 600)}`,
    '',
    ...versionsMarkdown(run, artifact),
    ...(baseline ? baselineLines(baseline) : []),
    '## Targets',
    '',
    ...table(COLUMNS, views.map(targetRow)),
    ...(views.some(({ target }) => !target.required) ? ['', `Required \`no\`: ${MARKS.optional}.`] : []),
    '',
    ...loadersMarkdown(views),
    '## Target Details',
    '',
    ...views.flatMap((view, index) =>
      targetDetails(
        view,
        run,
        verdict.expected?.find((one) => one.artifact === artifact && one.target === index),
      ),
    ),
    ...marginLines(views),
    ...predictionLines(views),
    '## Notes',
    '',
    ...(notes.length === 0 ? ['- none'] : notes.map((note) => `- ${md(note, 1000)}`)),
  ];
  return `${lines.join('\n')}\n`;
}
