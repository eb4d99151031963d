import type { InspectedFloor, InspectedProgram, Inspection } from '../model/inspection.ts';
import { table } from '../text/table.ts';
import { padEnd, widthOf } from '../text/width.ts';
import { wrap } from '../text/wrap.ts';
import { terminal } from './escape.ts';
import { coreLines, externLines, helperLines, mapLines } from './inspect-parts.ts';
import { plural, type Style, style } from './style.ts';
import type { TextOptions } from './terminal/text.ts';

/** Programs that are listed; a person reads no longer table. */
const MAX_ROWS = 200;

/**
 * What is in an object, for a person at a terminal: the kernels it needs first, then its programs, maps and what it uses
 * of the kernel. Everything of the object is escaped.
 */
export function inspectText(object: Inspection, options: TextOptions): string {
  const width = Math.max(60, options.width);
  const paint = style(options.color);
  const sections = [
    floorLines(object, width),
    titled('Programs', programLines(object, width), paint),
    titled('Maps', mapLines(object, width), paint),
    titled('Helpers', helperLines(object, width), paint),
    titled('From the kernel', externLines(object, width), paint),
    titled('CO-RE accesses', coreLines(object, width), paint),
    titled('Can alter what is observed while attached', alteringLines(object, width), paint),
    titled('Left to the loader, or rejected by libbpf', loaderLines(object, width), paint),
    titled(
      'Damaged',
      object.problems.flatMap((problem) => bullet(problem, width)),
      paint,
    ),
  ].filter((lines) => lines.length > 0);
  const head = [paint.bold(terminal(object.path)), ...wrap(summary(object), width - 2).map((line) => `  ${line}`)];
  return `${[head, ...sections].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function summary(object: Inspection): string {
  const { programs, maps, license, isa } = object;
  return [
    plural(programs.length, 'program'),
    plural(maps.filter(({ origin }) => origin !== 'data').length, 'map'),
    `instruction set v${isa}`,
    license === null ? 'no license' : `license ${terminal(license, 60)}${object.gpl_compatible ? '' : ' (not GPL)'}`,
    object.has_btf ? (object.has_lines ? 'BTF with source lines' : 'BTF without source lines') : 'no BTF',
  ].join(', ');
}

function titled(title: string, lines: readonly string[], paint: Style): string[] {
  return lines.length === 0 ? [] : [paint.bold(`  ${title}`), ...lines.map((line) => `    ${line}`.trimEnd())];
}

/** `5.8`, or words for what no kernel has. */
function version({ kernel }: InspectedFloor): string {
  return kernel === '' ? 'no known kernel' : kernel;
}

function because(floor: InspectedFloor): string {
  const place = floor.line > 0 ? `, ${terminal(floor.file.replace(/^.*\//, ''), 80)}:${floor.line}` : '';
  return `${terminal(floor.why)} (${floor.subject_kind} ${terminal(floor.subject, 80)}${place})`;
}

function floorLines({ floor, programs }: Inspection, width: number): string[] {
  const { load, attach, unless_guarded: soft } = floor;
  const rows: [string, string][] = [];
  if (load) rows.push(['Loads from', `${version(load)}: ${because(load)}`]);
  else if (programs.length > 0) rows.push(['Loads from', 'any kernel with BPF, as far as versions go']);
  if (soft && soft.kernel !== load?.kernel) {
    const guarded = programs.some((program) => program.guarded && program.floor.unless_guarded?.kernel === soft.kernel);
    const caveat = guarded ? '; its code or its loader may leave that out' : '';
    rows.push(['Needs', `${version(soft)} unless guarded: ${because(soft)}${caveat}`]);
  }
  if (attach && attach.kernel !== load?.kernel) rows.push(['Attaches from', `${version(attach)}: ${because(attach)}`]);
  const left = Math.max(0, ...rows.map(([name]) => widthOf(name))) + 2;
  return rows.flatMap(([name, text]) =>
    wrap(text, width - left - 2).map((line, index) => `  ${padEnd(index === 0 ? name : '', left)}${line}`),
  );
}

function programLines({ programs }: Inspection, width: number): string[] {
  const rows = programs
    .slice(0, MAX_ROWS)
    .map((program) => [
      terminal(program.name, 60),
      program.type === '' ? 'unknown' : program.type + (program.known_section ? '' : '?'),
      terminal(whereTo(program), 200),
      String(program.total_insns),
      floorCell(program),
      program.autoload ? '' : 'not loaded on its own',
    ]);
  const more = programs.length - rows.length;
  const explained = rows.some((row) => row[4]?.includes('('))
    ? ['FROM: the first upstream kernel that loads it; in parentheses the one that has all it may use']
    : [];
  const lines = table([['NAME', 'TYPE', 'SECTION', 'INSNS', 'FROM', ''], ...rows], { width: width - 4, numbers: [3] });
  return [...lines, ...(more > 0 ? [`and ${more} more`] : []), ...explained];
}

function whereTo({ section, subprograms }: InspectedProgram): string {
  return subprograms.length === 0 ? section : `${section} (+${plural(subprograms.length, 'function')})`;
}

/** `5.5`, `5.5 (5.17)` when guarded code may need more. */
function floorCell({ floor }: InspectedProgram): string {
  const { load, unless_guarded: soft } = floor;
  const from = load ? (load.kernel === '' ? 'never' : load.kernel) : 'any';
  return soft && soft.kernel !== load?.kernel ? `${from} (${soft.kernel})` : from;
}

function loaderLines({ loader }: Inspection, width: number): string[] {
  const lines = loader.slice(0, MAX_ROWS).flatMap(({ subject, words }) => bullet(`${subject}: ${words}`, width));
  return loader.length > MAX_ROWS ? [...lines, `and ${loader.length - MAX_ROWS} more`] : lines;
}

function alteringLines({ altering_programs: programs }: Inspection, width: number): string[] {
  return programs.slice(0, MAX_ROWS).flatMap(({ name, uses }) => bullet(`${name}: ${uses.join(', ')}`, width));
}

function bullet(text: string, width: number): string[] {
  return wrap(terminal(text, 600), width - 6).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`);
}
