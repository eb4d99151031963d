/** Block blobs by name: blocks that were put, and the bytes once they are committed. */
export type Blobs = Map<string, { readonly blocks: Map<string, Buffer>; bytes: Buffer | undefined }>;

export interface Result {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface BlobCall {
  readonly method: string;
  readonly name: string;
  readonly searchParams: URLSearchParams;
  readonly body: Buffer;
}

const HEADERS = {
  'x-ms-request-id': '00000000-0000-0000-0000-000000000000',
  'x-ms-version': '2026-01-01',
  etag: '"0x1"',
  'last-modified': 'Sun, 01 Nov 2026 00:00:00 GMT',
};

/** Behaves like the block blob service of Azure: Put Blob, Put Block, Put Block List, Get Blob. */
export function blobResponse(blobs: Blobs, { method, name, searchParams, body }: BlobCall): Result {
  const blob = blobs.get(name);
  const end = (status: number, bytes: Buffer = Buffer.alloc(0)): Result => ({ status, headers: HEADERS, body: bytes });
  if (!blob || searchParams.get('sig') !== name) return end(403);
  if (method === 'GET' || method === 'HEAD') return blob.bytes ? end(200, blob.bytes) : end(404);
  if (method !== 'PUT') return end(405);
  switch (searchParams.get('comp')) {
    case 'block':
      blob.blocks.set(searchParams.get('blockid') ?? '', body);
      break;
    case 'blocklist': {
      const ids = [...body.toString().matchAll(/<Latest>([^<]*)<\/Latest>/g)].map(([, id]) => id ?? '');
      // In the order of the list, whatever the order of arrival was.
      blob.bytes = Buffer.concat(ids.map((id) => blob.blocks.get(id) ?? Buffer.alloc(0)));
      break;
    }
    default:
      blob.bytes = body;
  }
  return end(201);
}
