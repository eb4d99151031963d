import type { Stage } from '../model/evidence.ts';

/** What of a request has been said; enough to know whether the next stage is legal. */
export interface Progress {
  /** The user's own loader is run: between begin and document there is its result only. */
  readonly command: boolean;
  /** Rank of the latest stage: ranks never go down. */
  readonly rank: number;
  readonly openPassed: boolean;
  readonly loadPassed: boolean;
  /** How often programs, attaches and tests had their say. Grows in place: copying it per stage would cost a quadratic sum. */
  readonly seen: Map<string, number>;
  /** How many programs of one name and section were opened, where there are several: libbpf takes such an object. */
  readonly twins: ReadonlyMap<string, number>;
}

export function noStages(command = false): Progress {
  return { command, rank: -1, openPassed: false, loadPassed: false, seen: new Map(), twins: new Map() };
}

/** `exit` was said: only the seal may follow. */
export function isEnded({ rank }: Progress): boolean {
  return rank === RANK.exit;
}

type Kind = Stage['stage'] | 'document';
/** What may be said at any time between open and document: it explains other stages and is non-blocking. */
type Note = 'core' | 'externs' | 'symbol' | 'format';

const REMARKS: ReadonlySet<Kind> = new Set(['core', 'externs', 'symbol', 'format'] satisfies Note[]);
const isNote = (kind: Kind): kind is Note => REMARKS.has(kind);

const RANK: Readonly<Record<Exclude<Kind, 'step' | 'kernel' | Note>, number>> = {
  begin: 0,
  open: 1,
  program: 2,
  map: 2,
  load: 3,
  attach: 4,
  functional: 5,
  document: 6,
  exit: 7,
};

/** Stages of which there may be several in a request. */
const REPEATABLE: ReadonlySet<Kind> = new Set(['program', 'map', 'attach', 'functional']);
/** Stages that only make sense once the object could be opened. */
const AFTER_OPEN: ReadonlySet<Kind> = new Set(['program', 'map', 'load', 'attach', 'functional']);

/** What may be said once only, though its kind repeats. Map names can be cut by the kernel, so they are no key. */
function identity(stage: Stage): string | undefined {
  switch (stage.stage) {
    case 'program':
      return `program\0${stage.section}\0${stage.name}`;
    case 'attach':
      return `attach\0${stage.section}\0${stage.program}`;
    case 'functional':
      return `functional\0${stage.name}`;
    case 'symbol':
      return `symbol\0${stage.kind}\0${stage.name}`;
    case 'format':
      return `format\0${stage.tracepoint}`;
    case 'core':
    case 'externs':
      return stage.stage;
    default:
      return undefined;
  }
}

/** Counts that a subject had its say. @returns whether it had it before */
function hadItsSay({ seen, twins }: Progress, stage: Stage | 'document'): boolean {
  const key = stage === 'document' ? undefined : identity(stage);
  if (key === undefined) return false;
  const times = (seen.get(key) ?? 0) + 1;
  seen.set(key, times);
  return times > (twins.get(key.slice(key.indexOf('\0') + 1)) ?? 1);
}

function twinsOf(stage: Stage | 'document'): ReadonlyMap<string, number> | undefined {
  if (stage === 'document' || stage.stage !== 'open') return undefined;
  const all = new Map<string, number>();
  for (const { section, name } of stage.programs) {
    const key = `${section}\0${name}`;
    all.set(key, (all.get(key) ?? 0) + 1);
  }
  return new Map([...all].filter(([, count]) => count > 1));
}

const IN_COMMAND_MODE: ReadonlySet<Kind> = new Set(['begin', 'functional', 'document', 'exit']);

function takeOfCommand(progress: Progress, stage: Stage | 'document', kind: Kind, rank: number): Progress | string {
  if (!IN_COMMAND_MODE.has(kind)) return `${kind} although nothing is loaded`;
  if (hadItsSay(progress, stage)) return `${kind} twice for the same subject`;
  return { ...progress, rank };
}

/** The progress after `stage`, or the words of why it is not legal now. An earlier stage can never be said again. */
export function takeStage(progress: Progress, stage: Stage | 'document'): Progress | string {
  const kind: Kind = stage === 'document' ? 'document' : stage.stage;
  if (kind !== 'begin' && progress.rank < RANK.begin) return `${kind} before begin`;
  if (kind === 'step' || kind === 'kernel') {
    return progress.rank < RANK.document ? progress : `${kind} after the document`;
  }
  const rank = isNote(kind) ? progress.rank : RANK[kind];
  if (isNote(kind) && rank >= RANK.document) return `${kind} after the document`;
  if (rank < progress.rank) return `${kind} out of order`;
  if (!isNote(kind) && rank === progress.rank && !REPEATABLE.has(kind)) return `second ${kind}`;
  if (progress.command) return takeOfCommand(progress, stage, kind, rank);
  if ((AFTER_OPEN.has(kind) || isNote(kind)) && !progress.openPassed) return `${kind} without a passed open`;
  if (kind === 'attach' && !progress.loadPassed) return 'attach without a passed load';
  if (kind === 'functional' && progress.rank < RANK.load) return 'functional before load';
  if (hadItsSay(progress, stage)) return `${kind} twice for the same subject`;
  const passed = stage !== 'document' && 'status' in stage && stage.status === 'pass';
  return {
    command: false,
    rank,
    openPassed: progress.openPassed || (kind === 'open' && passed),
    loadPassed: progress.loadPassed || (kind === 'load' && passed),
    seen: progress.seen,
    twins: twinsOf(stage) ?? progress.twins,
  };
}
