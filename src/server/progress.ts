import type { RunEvent } from '../model/events.ts';
import type { JobRecord } from './job.ts';

type Change = Partial<Pick<JobRecord, 'stage' | 'message' | 'percent' | 'profiles' | 'cells' | 'completed'>>;
type ProfileState = JobRecord['profiles'][number]['status'];

/** What weighs more for a kernel with several objects. */
const WEIGHT: readonly ProfileState[] = ['pending', 'running', 'skipped', 'pass', 'infra_error', 'fail'];

function worse(a: ProfileState, b: ProfileState): ProfileState {
  return WEIGHT.indexOf(a) > WEIGHT.indexOf(b) ? a : b;
}

/** Percent at which the first cell runs, and what all cells together add. */
const BEGIN = 5;
const CELLS = 90;
const MAX_CELLS = 1000;

/** Follows one run. @returns what each event changes about the job; undefined for nothing */
export function progressReader(): (event: RunEvent) => Change | undefined {
  let profiles: { id: string; status: ProfileState }[] = [];
  /** Kept where there are several objects or cases; a thousand are followed on no page. */
  let objects: readonly string[] = [];
  let own: JobRecord['cells'] = [];
  let left: number[] = [];
  let cells = 1;
  let ended = 0;
  const set = (target: number, status: ProfileState): void => {
    profiles = profiles.map((one, index) => (index === target ? { ...one, status } : one));
  };
  const setCell = ({ artifact, target }: { artifact: number; target: number }, status: ProfileState): void => {
    const [name, profile] = [objects[artifact], profiles[target]?.id];
    if (objects.length < 2 || name === undefined || profile === undefined) return;
    const known = own.findIndex((cell) => cell.name === name && cell.profile === profile);
    if (known >= 0) own = own.with(known, { name, profile, status });
    else if (own.length < MAX_CELLS) own = [...own, { name, profile, status }];
  };
  return (event) => {
    switch (event.type) {
      case 'run-start':
        profiles = event.targets.map((id) => ({ id, status: 'pending' }));
        left = event.targets.map((_, index) => event.cellCounts?.[index] ?? event.artifacts.length);
        cells = Math.max(event.cells, 1);
        objects = event.artifacts;
        own = [];
        return { stage: 'validate_targets', percent: BEGIN, profiles };
      case 'kernel-start':
        return { message: `fetching ${event.profile}` };
      case 'cell-start': {
        const known = profiles[event.target]?.status;
        if (known === 'pending') set(event.target, 'running');
        setCell(event, 'running');
        return { profiles, cells: own, message: `testing on ${profiles[event.target]?.id ?? ''}` };
      }
      case 'cell-end': {
        // No run of the server infers anything.
        const status = event.result.outcome.status === 'inferred' ? 'skipped' : event.result.outcome.status;
        set(event.target, worse(profiles[event.target]?.status ?? 'pending', status));
        setCell(event, status);
        left[event.target] = (left[event.target] ?? 1) - 1;
        ended++;
        const completed = left.filter((one) => one <= 0).length;
        return { profiles, cells: own, completed, percent: BEGIN + Math.floor((CELLS * ended) / cells) };
      }
      case 'reports-start':
        return { stage: 'write_report', message: '', percent: BEGIN + CELLS };
      default:
        return undefined;
    }
  };
}
