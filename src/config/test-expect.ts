import type { EventExpectation, MapExpectation, RunExpectation, TestExpectations } from '../model/test-expectations.ts';
import type { TestExpect } from './expect-schema.ts';
import { bytesText, operandText } from './expect-values.ts';

/** What stands in the file in the words of the model; undefined for nothing. `at` gives positions below `expect`. */
export function expectationsOf(
  expect: TestExpect,
  at: (path: readonly (string | number)[]) => string,
): TestExpectations | undefined {
  if (expect.maps.length + expect.variables.length + expect.events.length + expect.run.length === 0) return undefined;
  return {
    maps: expect.maps.map(
      ({ name, key, value, min, grows, min_entries: minEntries }, index): MapExpectation => ({
        map: name,
        key,
        value,
        min,
        grows,
        minEntries,
        origin: at(['maps', index, 'name']),
      }),
    ),
    variables: expect.variables.map(({ name, value, min, grows }, index) => ({
      variable: name,
      value,
      min,
      grows,
      origin: at(['variables', index, 'name']),
    })),
    events: expect.events.map(
      ({ map, trace_pipe: line, min, contains }, index): EventExpectation =>
        map === undefined
          ? { source: 'trace_pipe', min, contains: line ?? '' }
          : { source: 'map', map, min, contains, origin: at(['events', index, 'map']) },
    ),
    run: expect.run.map(
      (item, index): RunExpectation => ({
        program: item.program,
        dataIn: item.data_in,
        ctxIn: item.ctx_in,
        repeat: item.repeat,
        retval: item.retval,
        dataOut: item.data_out,
        origin: at(['run', index, 'program']),
      }),
    ),
  };
}

/** The same as it is written in a manifest: reading it gives the same expectations. */
export function expectFileValue(expect: TestExpectations): Record<string, unknown> {
  const maps = expect.maps.map(({ map, key, value, min, grows, minEntries }) =>
    withoutGaps({
      name: map,
      key: key === undefined ? undefined : operandText(key),
      value: value === undefined ? undefined : operandText(value),
      min,
      grows: grows || undefined,
      min_entries: minEntries,
    }),
  );
  const variables = expect.variables.map(({ variable, value, min, grows }) =>
    withoutGaps({
      name: variable,
      value: value === undefined ? undefined : operandText(value),
      min,
      grows: grows || undefined,
    }),
  );
  const events = expect.events.map((event) =>
    event.source === 'trace_pipe'
      ? { trace_pipe: event.contains, min: event.min }
      : withoutGaps({
          map: event.map,
          min: event.min,
          contains: event.contains === undefined ? undefined : bytesText(event.contains),
        }),
  );
  const run = expect.run.map(({ program, dataIn, ctxIn, repeat, retval, dataOut }) =>
    withoutGaps({
      program,
      data_in: dataIn === '' ? undefined : bytesText(dataIn),
      ctx_in: ctxIn === '' ? undefined : bytesText(ctxIn),
      repeat: repeat === 1 ? undefined : repeat,
      retval,
      data_out: dataOut === undefined ? undefined : bytesText(dataOut),
    }),
  );
  return withoutGaps({
    maps: maps.length > 0 ? maps : undefined,
    variables: variables.length > 0 ? variables : undefined,
    events: events.length > 0 ? events : undefined,
    run: run.length > 0 ? run : undefined,
  });
}

function withoutGaps(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined));
}
