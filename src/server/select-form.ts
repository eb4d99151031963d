import type { FastifyRequest } from 'fastify';
import { ApiError } from './problem.ts';

/** Far more than the probe of any host has. Every decision is kept with its probe. */
export const MAX_PROBE_BYTES = 64 * 1024;

const NAMES = ['artifact_name', 'version', 'variant', 'target_profile'] as const;

/** What the form of the page says. Empty fields are left out. */
export interface SelectForm extends Partial<Record<(typeof NAMES)[number], string>> {
  readonly fetch: boolean;
  /** As it was sent; undefined: no file was chosen. */
  readonly probe: unknown;
}

function probeIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ApiError(
      400,
      'bad_body',
      'host_probe: this file is not JSON; choose what "bpfcompat runtime probe" wrote',
    );
  }
}

/** @throws ApiError 400, 413 */
export async function readSelectForm(request: FastifyRequest): Promise<SelectForm> {
  const fields: Record<string, string> = {};
  let probe: unknown;
  const limits = { fields: 8, fieldSize: 1024, files: 1, fileSize: MAX_PROBE_BYTES, parts: 9, headerPairs: 20 };
  for await (const part of request.parts({ limits })) {
    if (part.type === 'field') {
      if ([...NAMES, 'do'].includes(part.fieldname) && part.value !== '') fields[part.fieldname] = String(part.value);
    } else {
      const bytes = await part.toBuffer();
      if (part.fieldname === 'host_probe' && part.filename !== '') probe = probeIn(bytes);
    }
  }
  const { do: what = 'select', ...wanted } = fields;
  if (what !== 'select' && what !== 'fetch') throw new ApiError(400, 'bad_body', 'do: must be select or fetch');
  return { ...wanted, fetch: what === 'fetch', probe };
}
