import type { RunEvent } from '../model/events.ts';
import type { JobRecord } from './job.ts';

type Change = Partial<Pick<JobRecord, 'stage' | 'message' | 'percent' | 'profiles' | 'completed'>>;
type ProfileState = JobRecord['profiles'][number]['status'];

/** What weighs more for a kernel with several objects. */
const WEIGHT: readonly ProfileState[] = ['pending', 'running', 'skipped', 'pass', 'infra_error', 'fail'];

function worse(a: ProfileState, b: ProfileState): ProfileState {
  return WEIGHT.indexOf(a) > WEIGHT.indexOf(b) ? a : b;
}

/** Percent at which the first cell is asked, and what all cells together add. */
const BEGIN = 5;
const CELLS = 90;

/** Follows one run. @returns what each event changes about the job; undefined for nothing */
export function progressReader(): (event: RunEvent) => Change | undefined {
  let profiles: { id: string; status: ProfileState }[] = [];
  let left: number[] = [];
  let cells = 1;
  let ended = 0;
  const set = (target: number, status: ProfileState): void => {
    profiles = profiles.map((one, index) => (index === target ? { ...one, status } : one));
  };
  return (event) => {
    switch (event.type) {
      case 'run-start':
        profiles = event.targets.map((id) => ({ id, status: 'pending' }));
        left = event.targets.map((_, index) => event.cellCounts?.[index] ?? event.artifacts.length);
        cells = Math.max(event.cells, 1);
        return { stage: 'validate_targets', percent: BEGIN, profiles };
      case 'kernel-start':
        return { message: `fetching ${event.profile}` };
      case 'cell-start': {
        const known = profiles[event.target]?.status;
        if (known === 'pending') set(event.target, 'running');
        return { profiles, message: `testing on ${profiles[event.target]?.id ?? ''}` };
      }
      case 'cell-end': {
        // No run of the server infers anything.
        const status = event.result.outcome.status === 'inferred' ? 'skipped' : event.result.outcome.status;
        set(event.target, worse(profiles[event.target]?.status ?? 'pending', status));
        left[event.target] = (left[event.target] ?? 1) - 1;
        ended++;
        const completed = left.filter((one) => one <= 0).length;
        return { profiles, completed, percent: BEGIN + Math.floor((CELLS * ended) / cells) };
      }
      case 'reports-start':
        return { stage: 'write_report', message: '', percent: BEGIN + CELLS };
      default:
        return undefined;
    }
  };
}
