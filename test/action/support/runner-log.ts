/** A workflow command that a runner found in a log. */
export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function properties(text: string, divider: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split(divider)
      .filter((pair) => pair.includes('='))
      .map((pair) => {
        const at = pair.indexOf('=');
        const value = pair
          .slice(at + 1)
          .replaceAll('%3A', ':')
          .replaceAll('%2C', ',');
        return [pair.slice(0, at).trim(), unescapeData(value)];
      }),
  );
}

/** The command of one line, in both forms that a runner takes. */
function commandOf(line: string): Command | undefined {
  const modern = /^\s*::([A-Za-z-]+)(?: (.*?))?::(.*)$/s.exec(line);
  if (modern) {
    return { name: modern[1] ?? '', properties: properties(modern[2] ?? '', ','), data: unescapeData(modern[3] ?? '') };
  }
  const old = /##\[([A-Za-z-]+)(?: ([^\]]*))?\](.*)$/.exec(line);
  if (!old) return undefined;
  return { name: old[1] ?? '', properties: properties(old[2] ?? '', ';'), data: unescapeData(old[3] ?? '') };
}

/** Every command in a log, as the runner reads it: line by line, also at carriage returns, minding stop-commands. */
export function commandsIn(log: string): Command[] {
  const found: Command[] = [];
  let stopped = '';
  for (const line of log.split(/\r\n|\r|\n/)) {
    if (stopped !== '') {
      if (line.trim() === `::${stopped}::`) stopped = '';
      continue;
    }
    const command = commandOf(line);
    if (command?.name === 'stop-commands') stopped = command.data;
    else if (command) found.push(command);
  }
  return found;
}

/** Values of a file of commands (GITHUB_OUTPUT, GITHUB_STATE). @throws for a line that fails a step */
export function fileCommands(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const long = /^([^=]+?)<<(.+)$/.exec(line);
    if (!long) {
      const at = line.indexOf('=');
      if (at < 1) throw new Error(`a runner refuses this line: ${line}`);
      values[line.slice(0, at)] = line.slice(at + 1);
      continue;
    }
    const end = lines.indexOf(long[2] ?? '', index + 1);
    if (end < 0) throw new Error(`the end of ${line} is missing`);
    values[long[1] ?? ''] = lines.slice(index + 1, end).join('\n');
    index = end;
  }
  return values;
}
