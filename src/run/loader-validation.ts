import { withPrinted } from '../classify/altering.ts';
import { withConsole } from '../classify/console.ts';
import { withoutContradiction } from '../classify/contradictions.ts';
import { classifyCrash } from '../classify/crash.ts';
import { evidenceOfLoader } from '../classify/loader-evidence.ts';
import { classifyLoader } from '../classify/other-loader.ts';
import { attachModeOf } from '../config/tuning.ts';
import type { FunctionalTest } from '../model/cell.ts';
import type { GuestLoader, LoaderFacts } from '../model/guest-loader.ts';
import type { CellJob } from './run-cell.ts';
import type { LoadedObject, RunRequest } from './validation.ts';

/** What a guest is to do with one object and one loader, and how its evidence is judged. */
export type LoaderValidation = Pick<CellJob, 'request' | 'ahead' | 'judge' | 'judgeCrash' | 'translate'>;

/** The test that the guest makes of a loader; `command` is for people, the loader is run without a shell. */
function testOf({ name, version }: LoaderFacts): FunctionalTest {
  return {
    ...{ name: 'command', command: `${name} ${version}`, expectExitCode: 0, required: true, timeoutSeconds: 0 },
    ...{ expectStdoutContains: '', expectStderrContains: '' },
  };
}

function factsOf({ name, version, sha256, sizeBytes }: GuestLoader): LoaderFacts {
  return { name, version, sha256, sizeBytes };
}

/** Another library loads the object as it is: settings of the manifest and tests are libbpf's. */
export function otherLoaderValidation(
  { manifest, validationMode }: RunRequest,
  guestLoader: GuestLoader,
  { artifact, bytes, facts }: Pick<LoadedObject, 'artifact' | 'bytes' | 'facts'>,
): LoaderValidation {
  const attachMode = attachModeOf(validationMode, manifest);
  const loader = factsOf(guestLoader);
  const test = testOf(loader);
  const programs = (manifest?.programs ?? []).map(({ name, section, attach }) => ({
    ...{ name, section, required: attach.required },
  }));
  const altering = artifact.altering ?? [];
  return {
    request: {
      artifact: bytes,
      artifactName: artifact.basename,
      attachMode,
      probeFeatures: false,
      functionalTests: [],
      requiredPrograms: [],
      tuning: [],
      files: guestLoader.entries,
      command: { command: test.command, expectExitCode: 0, binPath: guestLoader.path, isLoader: true },
    },
    translate: evidenceOfLoader,
    judge: (evidence, console) => {
      const judged = classifyLoader(evidence, { loader, attachMode, programs, facts });
      const outcome = withConsole(judged, console, evidence);
      const known = { facts: undefined, tuning: [], tests: [test], attaches: false };
      const required = programs.some((program) => program.required);
      const printed = attachMode === 'disabled' ? [] : altering;
      return withPrinted(withoutContradiction(outcome, evidence, known), evidenceOfLoader(evidence), printed, required);
    },
    judgeCrash: classifyCrash,
  };
}
