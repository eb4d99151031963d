import { type Evidence, firstStage, type Stage, type StageOf, stagesOf } from '../model/evidence.ts';
import { type LoaderReport, readLoaderReport } from '../model/loader-report.ts';
import { oncePer } from '../model/once-per.ts';

/** Name of the one test that a loader is run as (docs/guest-protocol.md, Commands). */
const LOADER_TEST = 'command';

/** How the program ended that loaded the object; undefined when the guest does not say. */
export function loaderRun(evidence: Evidence): StageOf<'functional'> | undefined {
  return stagesOf(evidence, 'functional').find((stage) => stage.name === LOADER_TEST);
}

/** What a loader of ours reported from its guest; undefined where it printed none. */
export const reportIn = oncePer((evidence: Evidence): LoaderReport | undefined => {
  const run = loaderRun(evidence);
  return run && readLoaderReport(run.stdout_tail);
});

const NO_LOG = {
  verifier_log_head: '',
  verifier_log_tail: '',
  verifier_log_bytes: 0,
  verifier_log_dropped: 0,
  verified_insns: 0,
  xlated_bytes: 0,
  jited_bytes: 0,
  elapsed_us: 0,
};

function openStage({ open, load, programs, maps }: LoaderReport): Stage {
  return {
    ...{ stage: 'open', status: open.status, errno: open.errno, error: open.error, log: open.log, elapsed_us: 0 },
    ...{ artifact_has_btf: false, artifact_has_btf_ext: false, core_relocations: 0, license: '' },
    // Of a load that failed it is not known which programs it would have loaded.
    programs: programs.map(({ name, section, type, loaded }) => {
      return { name, section, type, autoload: loaded || load.status !== 'pass', insns: 0 };
    }),
    maps: maps.map((map) => ({ ...map, type_id: 0 })),
  };
}

function programStages({ load, programs }: LoaderReport): Stage[] {
  return programs.flatMap(({ name, section, loaded }): Stage[] => {
    const common = { stage: 'program', name, section, reason: '', alone: false, ...NO_LOG } as const;
    if (loaded) return [{ ...common, status: 'pass', errno: 0, log: '' }];
    if (load.kind !== 'program' || load.subject !== name) return [];
    const { length } = load.verifier_log;
    const log = { verifier_log_tail: load.verifier_log, verifier_log_bytes: length, log: load.log };
    return [{ ...common, ...log, status: 'fail', errno: load.errno }];
  });
}

function mapStages({ load, maps }: LoaderReport): Stage[] {
  // Without an errno the kernel was not called: the library rejects its definition.
  if (load.status !== 'fail' || load.kind !== 'map' || load.errno === 0) return [];
  const { errno, error, subject: name } = load;
  const type = maps.find((map) => map.name === name)?.type ?? '';
  return [{ stage: 'map', name, type, status: 'fail', errno, error }];
}

function attachStages({ attach }: LoaderReport): Stage[] {
  return attach.map((one) => ({ stage: 'attach', ...one, target: '', log: '', elapsed_us: 0 }));
}

/** The stages of a load, in the order in which our validator would have sent them. */
function stagesFrom(report: LoaderReport, elapsed: number): Stage[] {
  const { open, load } = report;
  if (open.status === 'fail') return [openStage(report)];
  const { status, errno, error, log } = load;
  return [
    openStage(report),
    ...mapStages(report),
    ...programStages(report),
    { stage: 'load', status, errno, error, log, elapsed_us: elapsed },
    ...attachStages(report),
  ];
}

/**
 * A guest's result about another loader, in the shape of one about our own: the report that the loader printed becomes the stages
 * of a load, so that everything that reads evidence reads it, too. Without a report it stays as it is.
 */
export function evidenceOfLoader(evidence: Evidence): Evidence {
  const report = reportIn(evidence);
  if (report === undefined) return evidence;
  const kept = evidence.stages.filter(({ stage }) => stage === 'begin' || stage === 'kernel');
  const exit = firstStage(evidence, 'exit');
  const elapsed = loaderRun(evidence)?.elapsed_us ?? 0;
  return { ...evidence, stages: [...kept, ...stagesFrom(report, elapsed), ...(exit ? [exit] : [])] };
}
