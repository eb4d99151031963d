import type * as z from 'zod';
import type { Access } from './access.ts';

interface RouteResponse {
  readonly description: string;
  /** JSON of this shape. */
  readonly schema?: z.ZodType;
  /** Any other kind of content; neither: there is no body. */
  readonly content?: string;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `:name` stands for a part; of `api`, below /api/v1/ and /api/. */
  readonly path: string;
  readonly at: 'api' | 'root';
  /** Names the claims that JWTs need for it (`..._REQUIRED_SCOPES_<ACTION>`); empty where everybody may. */
  readonly action: string;
  readonly access: Access;
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly params?: z.ZodType;
  /** JSON. */
  readonly body?: z.ZodType;
  /** Multipart form. */
  readonly form?: z.ZodType;
  readonly responses: Readonly<Record<number, RouteResponse>>;
  /** Responses besides those that all routes of its access have. */
  readonly problems?: readonly number[];
}
