import { messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import { grouped } from '../model/once-per.ts';

/** What a run reports while it goes on, and what it keeps of that for its reports. */
export interface RunReporter {
  /** A listener that throws is reported once and then left out; it cannot break the run. */
  readonly emit: EventListener;
  /** Reports something once and keeps it. */
  readonly note: (message: string) => void;
  readonly notes: readonly string[];
}

/** The reporter of one run, heard by `listener`. */
export function runReporter(listener: EventListener): RunReporter {
  const notes: string[] = [];
  let broken = false;
  const emit: EventListener = (event) => {
    if (broken) return;
    try {
      listener(event);
    } catch (error) {
      broken = true;
      notes.push(`an event listener failed and was switched off: ${messageOf(error)}`);
    }
  };
  const note = (message: string): void => {
    if (notes.includes(message)) return;
    notes.push(message);
    emit({ type: 'note', message });
  };
  return { emit, note, notes };
}

/** Cases that a note of several names. */
const MAX_NAMED = 3;

/**
 * The notes of all cases of a run, each once: behind the names of its cases, or without names where it is about every one.
 * @param cases `name` is empty for a run that has no cases
 */
export function notesOfCases(cases: readonly { readonly name: string; readonly notes: readonly string[] }[]): string[] {
  const said = cases.flatMap(({ name, notes }) => [...new Set(notes)].map((note) => ({ name, note })));
  return [...grouped(said, ({ note }) => note)].map(([note, of]) => {
    const names = of.map(({ name }) => name).filter((name) => name !== '');
    if (names.length === 0 || (of.length === cases.length && of.length > 1)) return note;
    const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
    return `${names.slice(0, MAX_NAMED).join(', ')}${more}: ${note}`;
  });
}
