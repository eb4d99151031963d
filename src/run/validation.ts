import { alteringIn, withAltering } from '../classify/altering.ts';
import { classifyCommand } from '../classify/command.ts';
import { withConsole } from '../classify/console.ts';
import { withContextFields } from '../classify/context-field.ts';
import { withoutContradiction } from '../classify/contradictions.ts';
import { classifyCrash } from '../classify/crash.ts';
import { locateFindings } from '../classify/locate.ts';
import { programCauses } from '../classify/program.ts';
import { classifyWhole, failureBeside } from '../classify/proven.ts';
import { withRunTimeMaps } from '../classify/run-time-maps.ts';
import { withSilentFaults } from '../classify/silent.ts';
import type { LoaderSettings } from '../config/loader-settings.ts';
import type { Manifest } from '../config/manifest.ts';
import { attachModeOf, requiredPrograms, testsOf, tuningLines, variantGroups } from '../config/tuning.ts';
import type { InsnBudget } from '../model/budget.ts';
import type { FunctionalTest, ValidationMode } from '../model/cell.ts';
import type { GuestFile } from '../model/guest-entry.ts';
import type { GuestLoader, RunLoaders } from '../model/guest-loader.ts';
import { type ModuleRules, type NeededName, NO_MODULE_RULES } from '../model/kernel-modules.ts';
import type { Prediction } from '../model/prediction.ts';
import { predict } from '../object/predict.ts';
import { signalSenders } from '../object/signal-senders.ts';
import type { LoaderBeside } from './loader-cells.ts';
import { otherLoaderValidation } from './loader-validation.ts';
import { namesOfModules } from './needed-names.ts';
import type { ObjectContent } from './object-shelf.ts';
import type { Payload, PreparedCommand } from './payload.ts';
import type { CellJob } from './run-cell.ts';
import { settingNames } from './setting-names.ts';
import type { Subject } from './subject.ts';
import type { FlagSurvey } from './survey-flags.ts';

/** How an object is tested, on whatever kernel. */
export interface RunRequest {
  readonly manifest: Manifest | undefined;
  readonly validationMode: ValidationMode | undefined;
  /** Absent: nothing is set beyond the manifest. */
  readonly loader?: LoaderSettings;
  /** Wins over the manifest's; undefined: only the manifest decides. */
  readonly maxInsns?: InsnBudget | undefined;
  /** What the guests get besides the object; absent: nothing. */
  readonly payload?: Payload | undefined;
  /** Absent: the validator's own libbpf alone. */
  readonly loaders?: RunLoaders | undefined;
}

/** An object with what it holds. */
/** One object, read. */
export type LoadedObject = Pick<Subject, 'artifact'> & ObjectContent;

/** What every cell of one object runs, and how its result is judged. It holds the object. */
export type Validation = Pick<CellJob, 'request' | 'ahead' | 'judge' | 'judgeCrash' | 'translate'> & {
  /** The loader that decides; undefined: the validator's own libbpf. */
  readonly gate: GuestLoader | undefined;
  /** Loaders that are run besides. */
  readonly beside: readonly LoaderBeside[];
  /** What the object's bytes let one expect of a kernel, by its release. */
  readonly predict: (release: string) => Prediction | undefined;
  /** What it names of modules of the kernel. */
  readonly names: readonly NeededName[];
};

/** What flags and manifest say of modules. A user's own loader is given none that no one names. */
export function moduleRulesOf({ manifest, loader, payload }: RunRequest): ModuleRules {
  const { load, forbid } = manifest?.modules ?? NO_MODULE_RULES;
  return { load, forbid, onDemand: loader?.modules !== false && payload?.command === undefined };
}

/** The programs of the loaders of a run. */
export function loaderFiles({ loaders }: RunRequest): readonly GuestFile[] {
  return [loaders?.gate, ...(loaders?.beside ?? [])].flatMap((loader) => loader?.entries ?? []);
}

/** Whether commands are run in the guest: it needs a shell then. */
export function needsShell({ manifest, validationMode, payload }: RunRequest): boolean {
  return payload?.command !== undefined || testsOf(validationMode, manifest).some(({ command }) => command !== '');
}

/**
 * How an object is loaded and judged, or, in command mode, how the user's command is run and judged.
 * @param run what every object of the run has of the names that flags give
 */
export function validationOf(requested: RunRequest, subject: LoadedObject, run: readonly FlagSurvey[]): Validation {
  const { command } = requested.payload ?? {};
  const { facts } = subject;
  const { gate, beside = [] } = requested.loaders ?? {};
  const by = (loader: GuestLoader | undefined) =>
    loader ? otherLoaderValidation(requested, loader, subject) : loadValidation(requested, subject, run);
  const validation = command === undefined ? by(gate) : commandValidation(requested, command, subject);
  const names = facts && command === undefined ? namesOfModules(facts) : [];
  return {
    ...{ ...validation, names, gate },
    beside: beside.map((loader) => ({ loader, validation: by(loader) })),
    predict: (release) => facts && predict(facts, release),
  };
}

type OwnValidation = Omit<Validation, 'predict' | 'names' | 'gate' | 'beside'>;

/** The guest loads nothing by itself: the command decides by its exit code. */
function commandValidation(
  { payload }: RunRequest,
  { command, expectExitCode, program }: PreparedCommand,
  { artifact, bytes }: LoadedObject,
): OwnValidation {
  return {
    request: {
      artifact: bytes,
      artifactName: artifact.basename,
      attachMode: 'disabled',
      probeFeatures: false,
      functionalTests: [],
      requiredPrograms: [],
      tuning: [],
      files: payload?.entries ?? [],
      command: { command, expectExitCode, binPath: program?.guestPath ?? '' },
    },
    judge: (evidence, console) => {
      const outcome = withConsole(classifyCommand(evidence, expectExitCode), console, evidence);
      const tests = [loaderTest(command, expectExitCode)];
      return withoutContradiction(outcome, evidence, { facts: undefined, tuning: [], tests, attaches: false });
    },
    judgeCrash: classifyCrash,
  };
}

/** The one test that a guest makes of the user's own command. */
function loaderTest(command: string, expectExitCode: number): FunctionalTest {
  return {
    name: 'command',
    command,
    expectExitCode,
    required: true,
    timeoutSeconds: 0,
    expectStdoutContains: '',
    expectStderrContains: '',
  };
}

function loadValidation(requested: RunRequest, subject: LoadedObject, run: readonly FlagSurvey[]): OwnValidation {
  const { artifact, bytes, facts, sources } = subject;
  const { manifest, validationMode, payload } = requested;
  const attachMode = attachModeOf(validationMode, manifest);
  const functionalTests = testsOf(validationMode, manifest);
  const tuning = tuningLines(manifest, requested.loader);
  const known = { facts, tuning, tests: functionalTests, attaches: attachMode !== 'disabled' };
  const judged = judgedBy(requested, subject, run);
  return {
    request: {
      artifact: bytes,
      artifactName: artifact.basename,
      attachMode,
      probeFeatures: true,
      functionalTests,
      requiredPrograms: requiredPrograms(manifest),
      tuning,
      files: functionalTests.length > 0 ? (payload?.entries ?? []) : [],
    },
    ahead: programCauses,
    judge: (evidence, console, causes) => {
      const classified = classifyWhole({ evidence, ...judged, programCauses: causes });
      const outcome = withoutContradiction(withConsole(classified, console, evidence), evidence, known);
      const located = facts
        ? locateFindings(
            withContextFields(withSilentFaults(withRunTimeMaps(outcome, facts), evidence, facts), evidence, facts),
            evidence,
            facts,
            sources,
          )
        : outcome;
      // It is about the object as a whole: no line of it is to blame.
      return withAltering(located, evidence, artifact.altering ?? []);
    },
    judgeCrash: (error, evidence, last) => {
      const outcome = classifyCrash(error);
      if (evidence === undefined) return outcome;
      // A guest that nothing of the object can alter dies for reasons of its own, and a second one gets the request.
      if (!last && alteringIn(evidence, artifact.altering ?? []).size === 0) return outcome;
      const failure = failureBeside(outcome, { evidence, ...judged });
      return facts ? locateFindings(failure, evidence, facts, sources) : failure;
    },
  };
}

function schedulersOf(facts: LoadedObject['facts']): ReadonlySet<string> {
  const maps = (facts?.maps ?? []).filter(({ origin }) => origin === 'struct_ops');
  return new Set(maps.filter(({ valueType }) => valueType.startsWith('struct sched_ext_ops')).map(({ name }) => name));
}

/** What evidence of an object is judged by. */
function judgedBy(requested: RunRequest, { facts }: LoadedObject, run: readonly FlagSurvey[]) {
  const { manifest, validationMode } = requested;
  const programs = (manifest?.programs ?? []).map(({ name, section, attach }) => ({
    name,
    section,
    required: attach.required,
  }));
  return {
    attachMode: attachModeOf(validationMode, manifest),
    programs,
    validationMode: validationMode ?? '',
    functionalTests: testsOf(validationMode, manifest),
    maxInsns: requested.maxInsns ?? manifest?.maxInsns,
    variantGroups: variantGroups(manifest, requested.loader),
    settingNames: settingNames(facts, run),
    schedulers: schedulersOf(facts),
    signalSenders: facts === undefined ? undefined : signalSenders(facts),
  };
}
