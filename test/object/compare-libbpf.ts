import { readFileSync } from 'node:fs';
import { linesOfProgram } from '../../src/object/lines.ts';
import { readObject } from '../../src/object/read-object.ts';

/** What the program `libbpf-view` printed about one object, line by line. */
export interface View {
  readonly path: string;
  /** libbpf did not get to the end. */
  readonly failed: 'no' | 'open' | 'prepare';
  readonly lines: readonly string[];
}

/** Splits the output of `libbpf-view`. */
export function parseViews(output: string): View[] {
  const views: { path: string; failed: View['failed']; lines: string[] }[] = [];
  for (const line of output.split('\n').filter((each) => each !== '')) {
    const view = views.at(-1);
    if (line.startsWith('O\t') || !view) views.push({ path: line.slice(2), failed: 'no', lines: [] });
    else if (line.startsWith('E\t')) view.failed = line.includes('open') ? 'open' : 'prepare';
    else view.lines.push(line);
  }
  return views;
}

/** The same lines from our own reader. */
export function ourLines(path: string): string[] {
  const facts = readObject(readFileSync(path));
  if (!facts.ok) return [`not readable: ${facts.problem.message}`];
  const maps = facts.maps
    .filter(({ origin }) => origin === 'btf' || origin === 'struct_ops')
    .map((map) => {
      const pin = map.pinning === 'by_name' ? 'pinned' : '-';
      const sizes = [map.keySize, map.valueSize, map.maxEntries, map.flags].join('\t');
      return `M\t${map.name}\t${map.typeId}\t${sizes}\t${pin}\t${map.inner?.typeId ?? 0}`;
    });
  const programs = facts.programs.flatMap((program) => {
    const lines = linesOfProgram(facts, program.layout);
    const { known, type, attachType } = program.kind;
    const words = known ? `${type}\t${attachType || '-'}` : 'unspec\t-';
    return [
      `P\t${program.section}\t${program.name}\t${words}\t${program.totalInsns}\t${lines.length}`,
      ...lines.map(({ insn, line, column, file }) => `L\t${insn}\t${line}\t${column}\t${file || '-'}`),
    ];
  });
  return [...maps, ...programs];
}
