import type { CheckDocument } from './document.ts';
import { type DocumentCause, documentCauses, documentSilence, kernelsText } from './document-causes.ts';
import { type DocumentKernel, documentKernels } from './document-kernels.ts';
import { clip, terminal } from './escape.ts';
import { causePlace, objectPlace } from './gcc-place.ts';

const MAX_LINE = 1000;
/** Of a code; those of a report from elsewhere may be anything. */
const MAX_CODE = 80;

/** One line as compilers write them. @param code in brackets at the end, as compilers name an option */
function line(place: string, level: 'error' | 'warning' | 'note', words: string, code: string): string {
  const text = clip(terminal(words, MAX_LINE).replace(/\s+/g, ' ').trim(), MAX_LINE);
  return `${place}: ${level}: ${text} [bpfcompat: ${code.replace(/[^A-Z0-9_]+/g, '_').slice(0, MAX_CODE) || 'UNKNOWN'}]\n`;
}

function causeLines(kernels: readonly DocumentKernel[], cause: DocumentCause, workspace: string): string[] {
  const { one, finding, cells, level, failed } = cause;
  const at = causePlace(cause, workspace);
  const where = `${failed ? 'fails' : 'reported'} on ${kernelsText(kernels, cells)}`;
  const { code, title, remediation } = finding;
  return [
    line(at, level, `${one.name}: ${title || code}; ${where}`, code),
    ...(remediation === '' ? [] : [line(at, 'note', remediation, code)]),
  ];
}

/**
 * Lines as compilers print them, `file:line:column: error: words [bpfcompat: CODE]`, for editors: one per object and cause
 * over all its kernels with a note about what to do, then what has no result. Empty where everything passes.
 * @param workspace absolute path; files below it are named relative to it
 */
export function gcc(document: CheckDocument, { workspace }: { readonly workspace: string }): string {
  const kernels = documentKernels(document);
  return [
    ...document.cases
      .filter(({ error }) => error !== '')
      .map((one) =>
        line(
          objectPlace(one, workspace),
          one.required ? 'error' : 'warning',
          `${one.name}: ${one.error}`,
          'NOT_STARTED',
        ),
      ),
    ...documentCauses(document).flatMap((cause) => causeLines(kernels, cause, workspace)),
    ...documentSilence(document).map(({ message, cells, level }) => {
      const one = cells[0]?.one;
      const words = `${one?.name ?? ''}: inconclusive on ${kernelsText(kernels, cells)}: ${message}`;
      return line(objectPlace(one, workspace), level, words, 'INFRA_ERROR');
    }),
  ].join('');
}
