import { type Evidence, firstStage, type Probe, stagesOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { list, object, some } from './json-values.ts';
import { shimsJson } from './shims.ts';
import { variantsJson } from './variants.ts';
import type { ProgramView } from './view.ts';

function probesJson(probes: readonly Probe[] | undefined) {
  return probes && list(probes.map(({ change, errno }) => ({ change, errno })));
}

/** A program as it stands in `programs[]` of a target. */
export function programJson(program: ProgramView) {
  const { attach } = program;
  return {
    name: program.name,
    section: some(program.section),
    type: some(program.type),
    load_status: program.load,
    errno: some(program.errno),
    verified_insns: some(program.verifiedInsns),
    insn_limit: program.verifiedInsns > 0 ? program.insnLimit : undefined,
    total_states: some(program.totalStates),
    peak_states: some(program.peakStates),
    stack_bytes: some(program.stackBytes),
    load_us: some(program.loadUs),
    attach_status: attach?.status,
    attach_errno: some(attach?.errno),
    attach_method: some(attach?.method),
    attach_target: some(attach?.target),
    attach_reason: some(attach?.reason),
    probes: probesJson(program.probes),
    log_tail: some(program.logTail),
  };
}

function mapsJson(evidence: Evidence) {
  const rejected = new Map(stagesOf(evidence, 'map').map((stage) => [stage.name, stage]));
  return list(
    (firstStage(evidence, 'open')?.maps ?? []).map(({ name, type }) => {
      const stage = rejected.get(name);
      return {
        name,
        type,
        status: stage?.status,
        errno: some(stage?.errno),
        probes: probesJson(stage?.probes),
      };
    }),
  );
}

function coreJson(evidence: Evidence) {
  const stages = stagesOf(evidence, 'core');
  if (stages.length === 0) return undefined;
  const all = stages.flatMap(({ relocations }) => relocations);
  const absent = all.filter(({ present }) => !present);
  return {
    present: all.length - absent.length,
    absent: absent.map(({ program, insn, kind, access }) => ({ program, insn, kind, access })),
    dropped: some(stages.reduce((sum, { dropped }) => sum + dropped, 0)),
  };
}

function externsJson(evidence: Evidence) {
  return list(
    stagesOf(evidence, 'externs')
      .flatMap(({ externs }) => externs)
      .map(({ name, kind, weak, present, module }) => ({
        name,
        kind,
        weak: some(weak),
        // false is a result, and nothing is none.
        present,
        module: some(module),
      })),
  );
}

function symbolsJson(evidence: Evidence) {
  return list(stagesOf(evidence, 'symbol').map(({ stage: _, ...symbol }) => symbol));
}

/** Additive: what the guest said about its kernel and about every name that the object requests of it. */
export function evidenceJson(evidence: Evidence | undefined, findings: readonly Finding[]) {
  if (!evidence) return {};
  return {
    maps: mapsJson(evidence),
    shims: shimsJson(evidence),
    variants: variantsJson(evidence, findings),
    core_relocations: coreJson(evidence),
    externs: externsJson(evidence),
    symbols: symbolsJson(evidence),
    kernel_facts: object(evidence.hello.facts),
  };
}
