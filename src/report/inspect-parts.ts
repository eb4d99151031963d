import type { InspectedAccess, InspectedExtern, InspectedMap, Inspection } from '../model/inspection.ts';
import { table } from '../text/table.ts';
import { wrapList } from '../text/wrap.ts';
import { terminal } from './escape.ts';

const MAX_ROWS = 200;
/** CO-RE accesses that are listed. */
const MAX_ACCESSES = 60;

/** Maps that are made, then the sections of global variables on one line. */
export function mapLines({ maps }: Inspection, width: number): string[] {
  const made = maps.filter(({ origin }) => origin !== 'data').slice(0, MAX_ROWS);
  const data = maps.filter(({ origin }) => origin === 'data');
  const head = ['NAME', 'TYPE', 'KEY', 'VALUE', 'ENTRIES', ''];
  const rows = made.map((map) => [
    terminal(map.name, 60),
    terminal(map.type, 40),
    sized(map.key_type, map.key_size),
    sized(map.value_type, map.value_size),
    String(map.max_entries),
    terminal(detailsOf(map), 120),
  ]);
  const variables = data.slice(0, MAX_ROWS).map(({ name, value_size: size }) => `${terminal(name, 60)} ${size}`);
  return [
    ...(rows.length > 0 ? table([head, ...rows], { width: width - 4, numbers: [4] }) : []),
    ...led('global variables, bytes: ', variables, width),
  ];
}

function sized(type: string, size: number): string {
  if (type === '') return String(size);
  const words = terminal(type, 60);
  return /^\w+$/.test(words) ? `${words}` : `${words}, ${size}`;
}

function detailsOf({ flags, pinning, inner, origin }: InspectedMap): string {
  const words = [...flags];
  if (pinning !== 'none') words.push(pinning === 'by_name' ? 'pinned by name' : `pinning ${pinning}`);
  if (inner) words.push(`of ${inner.type}`);
  if (origin === 'legacy') words.push('not in .maps');
  return words.join(', ');
}

/** Helpers, newest first: the first ones decide which kernels will do. */
export function helperLines({ helpers }: Inspection, width: number): string[] {
  const order = (since: string): number => {
    const [major = 0, minor = 0] = since === '' ? [999] : since.split('.').map(Number);
    return major * 1000 + minor;
  };
  const sorted = helpers.toSorted((a, b) => order(b.since) - order(a.since)).slice(0, MAX_ROWS);
  const words = sorted.map(({ name, since }) => `${terminal(name, 60)} ${since === '' ? '(not known)' : since}`);
  return wrapList(words, width - 4);
}

const KINDS: readonly (readonly [kind: string, words: string])[] = [
  ['kfunc', 'functions'],
  ['ksym', 'variables'],
  ['kconfig', 'settings'],
  ['unknown', 'not known where from'],
];

/** kfuncs, variables and settings of the kernel. */
export function externLines({ externs }: Inspection, width: number): string[] {
  return KINDS.flatMap(([kind, words]) => {
    const names = externs.filter((extern) => extern.kind === kind).slice(0, MAX_ROWS);
    return led(`${words}: `, names.map(externWords), width);
  });
}

function externWords({ name, weak }: InspectedExtern): string {
  return `${terminal(name, 80)}${weak ? ' (may be missing)' : ''}`;
}

/** What must be there, then what is only checked for. */
export function coreLines({ core }: Inspection, width: number): string[] {
  const needed = core.filter(({ only_asks: queries }) => !queries);
  const requested = core.filter(({ only_asks: queries, kind }) => queries && kind !== 'local_type_id');
  return [...listed('', needed, width), ...listed('only checked for existence: ', requested, width)];
}

function listed(lead: string, accesses: readonly InspectedAccess[], width: number): string[] {
  const names = [...new Set(accesses.map(({ access }) => terminal(access, 120)))];
  const more = names.length > MAX_ACCESSES ? [`and ${names.length - MAX_ACCESSES} more`] : [];
  return led(lead, [...names.slice(0, MAX_ACCESSES), ...more], width);
}

/** A list behind words that say what it is; nothing for an empty list. */
function led(lead: string, [first, ...rest]: readonly string[], width: number): string[] {
  return first === undefined ? [] : wrapList([lead + first, ...rest], width - 4);
}
