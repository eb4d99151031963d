import { oneLine } from '../report/escape.ts';
import { htmlPage, type PageAssets } from './shell.tsx';
import { statusWord } from './verdict.ts';

/** A check that waits, runs or has ended. */
export interface PageJob {
  readonly id: string;
  /** Name of the object's file. */
  readonly name: string;
  readonly state: 'queued' | 'running' | 'completed' | 'failed';
  readonly message: string;
  readonly percent: number;
  readonly profiles: readonly { readonly id: string; readonly status: string }[];
  /** Of a suite: its cases on the kernels that they began on. */
  readonly cells: readonly { readonly name: string; readonly profile: string; readonly status: string }[];
  /** Why it came to nothing; empty where it did not. */
  readonly error: string;
  /** What the gate said of one that is completed, as an exit code. */
  readonly exitCode: number | undefined;
}

/** Classes of states, those of cells. */
const MARKS: Readonly<Record<string, string>> = { pass: 'p', fail: 'f', infra_error: 'e', running: 'u', skipped: 's' };
const HEADS = { queued: 'Testing', running: 'Testing', completed: 'Tested', failed: 'Not tested' } as const;

/** The verdict of an exit code, as the page of the run has it. */
function verdictOf(code: number): 'pass' | 'fail' | 'error' {
  return code === 0 ? 'pass' : code === 2 ? 'fail' : 'error';
}

function Head({ state, name, exitCode }: Pick<PageJob, 'state' | 'name' | 'exitCode'>) {
  const shown = oneLine(name, 100);
  if (state !== 'completed' || exitCode === undefined)
    return (
      <h1>
        {HEADS[state]} {shown}
      </h1>
    );
  const status = verdictOf(exitCode);
  return (
    <h1 class={`verdict v-${status}`}>
      <span>{statusWord(status)}</span> {shown}
    </h1>
  );
}

function Profiles({ profiles }: Pick<PageJob, 'profiles'>) {
  return (
    <table class="list kernels">
      <caption>Kernels</caption>
      <thead>
        <tr>
          <th scope="col">Kernel</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {profiles.map(({ id, status }) => (
          <tr data-profile={id}>
            <th scope="row">{id}</th>
            <td class={MARKS[status] ?? 'a'}>{status.replace('_', ' ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The table is there from the beginning: the script fills it. */
function Cells({ cells }: Pick<PageJob, 'cells'>) {
  return (
    <table class="list cells" hidden={cells.length === 0}>
      <caption>Cases</caption>
      <thead>
        <tr>
          <th scope="col">Case</th>
          <th scope="col">Kernel</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {cells.map(({ name, profile, status }) => (
          <tr data-cell={`${name} ${profile}`}>
            <th scope="row">{oneLine(name, 100)}</th>
            <td>{profile}</td>
            <td class={MARKS[status] ?? 'a'}>{status.replace('_', ' ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/**
 * How far a check is. Without a script the page loads itself again until the check has ended; the script follows its
 * events.
 * @param paths of the page: results (a directory), events and the job itself
 * @param run page of the run; empty where there is none, or none that the reader may see
 */
export function jobPage(
  job: PageJob,
  { assets, up, events, self, run }: { assets: PageAssets; up: string; events: string; self: string; run: string },
): string {
  const { id, name, state, message, percent, profiles, cells, error } = job;
  const isOpen = state === 'queued' || state === 'running';
  return htmlPage({
    assets,
    up,
    title: `${HEADS[state]}: ${name}`,
    crumbs: [],
    downloads: [],
    again: isOpen,
    children: (
      <div class="job" data-events={isOpen ? events : undefined} data-job={isOpen ? self : undefined}>
        <Head {...job} />
        <p class="meta">
          <code>{id}</code>
        </p>
        {isOpen && (
          <p>
            <progress max={100} value={percent} aria-label="Progress" />
          </p>
        )}
        <p class="said" role="status">
          {oneLine(error || message || (state === 'queued' ? 'waiting for a free place' : ''), 2000)}
        </p>
        <Profiles profiles={profiles} />
        <Cells cells={cells} />
        {run !== '' && (
          <p>
            <a href={run}>The report</a>
          </p>
        )}
        {isOpen && (
          <button type="button" class="cancel needs-script" hidden>
            Cancel
          </button>
        )}
      </div>
    ),
  });
}
