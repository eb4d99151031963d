import { messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';

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
