import type { Stage, StageOf } from '../model/evidence.ts';

/**
 * A stage with the ends of its logs and the beginnings of its messages. Only free text of what comes once per program
 * and map: names, numbers and what tests saw decide, and stay.
 */
export function endsOf(stage: Stage, chars: number): Stage {
  switch (stage.stage) {
    case 'map':
      return detached(stage, { error: stage.error.slice(0, chars) });
    case 'load':
      return detached(stage, { error: stage.error.slice(0, chars), log: lastLines(stage.log, chars) });
    case 'program':
      return shortProgram(stage, chars);
    case 'attach': {
      const [error, reason] = [stage.error.slice(0, chars), stage.reason.slice(0, chars)];
      return detached(stage, { error, reason, log: lastLines(stage.log, chars) });
    }
    default:
      return stage;
  }
}

function shortProgram(stage: StageOf<'program'>, chars: number): Stage {
  const { verifier_log_head: head, verifier_log_tail: tail } = stage;
  const ends = {
    verifier_log_head: tail === '' ? '' : head.slice(0, chars),
    verifier_log_tail: (tail === '' ? head : tail).slice(-chars),
  };
  const left = head.length + tail.length - ends.verifier_log_head.length - ends.verifier_log_tail.length;
  const short = detached(stage, { reason: stage.reason.slice(0, chars), log: lastLines(stage.log, chars) });
  if (left === 0) return short;
  return structuredClone({ ...short, ...ends, verifier_log_dropped: stage.verifier_log_dropped + left });
}

/** The whole lines among the last characters: what is left of a cut one may say something else. */
function lastLines(log: string, chars: number): string {
  return log.length <= chars ? log : log.slice(-chars).replace(/^.*\n?/, '');
}

/** A copy with other texts where one changes. Cloned, since a cut string keeps the whole one alive behind it. */
function detached<S extends Stage>(stage: S, texts: Partial<S>): S {
  const same = Object.entries(texts).every(([key, text]) => stage[key as keyof S] === text);
  return same ? stage : structuredClone({ ...stage, ...texts });
}
