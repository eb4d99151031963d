import type { RunReport } from '../model/report.ts';
import { code, md } from './escape.ts';

/** Command mode and assets of a run, in the documents. */

const MAX_ASSETS = 50;

/** The object `command` of docs/report.md, with the command itself; undefined without one. */
export function commandJson({ command }: Pick<RunReport, 'command'>) {
  return (
    command && {
      text: command.command,
      invocation_sha256: command.invocationSha256,
      expected_exit_code: command.expectExitCode,
      binary: command.binary && {
        basename: command.binary.basename,
        sha256: command.binary.sha256,
        size_bytes: command.binary.sizeBytes,
      },
    }
  );
}

/** Additive: the files that guests got by name, with their digests; undefined without any. */
export function assetsJson({ assets = [] }: Pick<RunReport, 'assets'>) {
  if (assets.length === 0) return undefined;
  return assets.map(({ path, sha256, sizeBytes, executable }) => ({ path, sha256, size_bytes: sizeBytes, executable }));
}

/** The same as items of a Markdown list. */
export function commandLines({ command, assets = [] }: Pick<RunReport, 'command' | 'assets'>): string[] {
  const lines: string[] = [];
  if (command !== undefined) {
    const { command: text, expectExitCode, binary } = command;
    lines.push(`- Command: ${code(text)}, passes with exit code ${expectExitCode}`);
    if (binary)
      lines.push(`- Program: ${code(binary.basename)}, ${binary.sizeBytes} bytes, SHA-256 ${code(binary.sha256)}`);
  }
  if (assets.length === 0) return lines;
  const named = assets
    .slice(0, MAX_ASSETS)
    .map(({ path, sha256 }) => `${code(path)} ${md(`(${sha256.slice(0, 12)})`)}`);
  const rest = assets.length > MAX_ASSETS ? ` and ${assets.length - MAX_ASSETS} more` : '';
  return [...lines, `- Assets: ${named.join(', ')}${rest}`];
}
